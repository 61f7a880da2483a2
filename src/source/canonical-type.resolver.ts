import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../platform/read/context.js';
import type { Row } from '../platform/entity/node.js';
import { canonicalType, CanonicalType } from './canonical-type.js';
import { DataType } from './data-type.entity.js';
import { SourceObjectAttribute } from './source-object-attribute.entity.js';

interface TypeFacts {
  id: number;
  name: string | null;
  length: number | null;
  decimals: number | null;
}

@Resolver(() => SourceObjectAttribute)
class AttributeTypeResolver {
  @FieldResolver(() => CanonicalType, {
    nullable: true,
    description:
      'Its data type in one vocabulary for all systems; null if unknown. It is derived from the data type (else the reported one), the length and the decimals.',
  })
  async canonicalType(@Root() { id }: Row<SourceObjectAttribute, 'id'>, @Ctx() ctx: Context): Promise<CanonicalType | null> {
    // Read for itself: the row holds only the columns that the caller asks for.
    const facts = await ctx.loaders
      .get<number, TypeFacts | undefined>('SourceObjectAttribute.canonicalType', async (ids) => {
        const rows = await ctx.db.query<TypeFacts>(
          `select a.source_object_attribute_id as id, coalesce(d.data_type, a.reported_type) as name,
             a.data_length as length, a.data_decimal as decimals
           from source_object_attribute_lkup a
           left join data_type_lkup d on d.data_type_id = a.data_type_id
           where a.source_object_attribute_id = any($1::int[])`,
          [ids],
        );
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((each) => byId.get(each));
      })
      .load(id);
    return facts ? canonicalType(facts.name, facts.length, facts.decimals) : null;
  }
}

@Resolver(() => DataType)
class DataTypeResolver {
  @FieldResolver(() => CanonicalType, {
    nullable: true,
    description: 'Its meaning in one vocabulary for all systems; null if the name is unknown.',
  })
  async canonical(@Root() { id }: Row<DataType, 'id'>, @Ctx() ctx: Context): Promise<CanonicalType | null> {
    const row = await ctx.loaders.byId(DataType, id, new Set(['id', 'name']));
    return canonicalType(row?.name);
  }
}

export const canonicalTypeResolvers = [AttributeTypeResolver, DataTypeResolver];
