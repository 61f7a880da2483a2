import { Arg, Ctx, Field, FieldResolver, InputType, Mutation, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import type { Aliased } from '../read/naming.js';
import type { Row } from '../entity/node.js';
import { referenceTo, shapeOf } from '../entity/rows.js';
import { LongText, Name } from '../entity/text.js';
import type { RecordKind } from './record-kind.js';
import { withRow, writtenField } from './written-row.js';
import { createRecord, updateRecord, type RecordChange, type RecordField } from './record-changes.js';
import { PayloadOf } from './payload.js';

export interface RecordOptions {
  kind: RecordKind;
  /** What one of it is, for the descriptions: `a source`. */
  noun: string;
  fields: readonly RecordField[];
  /** Needed when one is made. */
  needed?: readonly string[];
  /** False where records are created in another way. */
  create?: boolean;
  /** What a name must be unique among, for the descriptions. */
  unique: string;
}

/** Gives an input the field that refers to the record. */
export function refField(input: object, { word, ref, naming }: RecordKind): void {
  Field(() => ref, { description: `The ${naming.entity.name}.` })(input, word);
}

/** Gives an input the field for the reason of a change. */
export const reasonField = (input: object) =>
  Field(() => LongText, { nullable: true, description: 'Reason of the change, kept in the history.' })(input, 'reason');

const given = (type: (() => object) | undefined, lookup: unknown) => type ?? (() => (lookup ? Name : LongText));

/** The field `aliases` of a kind of records. Answers its resolver class. */
export function aliasesField({ entity, alias }: Aliased): ClassType {
  @Resolver(() => entity)
  class AliasResolver {
    @FieldResolver(() => [String], {
      description:
        'Aliases by which it is found as well, such as its names before a rename, ordered. The own name of another record takes precedence.',
    })
    aliases(@Root() row: Row, @Ctx() ctx: Context): Promise<string[]> {
      const { table, columns } = shapeOf(alias.entity);
      const columnOf = (property: string) => columns.get(property)!.column;
      const holder = columnOf(referenceTo(entity, alias.entity));
      const shown = alias.scope?.value === undefined ? 'name' : `concat_ws(':', nullif(${columnOf(alias.scope.property)}, ''), name)`;
      return ctx.loaders
        .get<number, string[]>(`${entity.name}.aliases`, async (ids) => {
          const rows = await ctx.db.query<{ id: number; names: string[] }>(
            `select ${holder} as id, array_agg(${shown} order by ${shown}) as names
             from ${table} where ${holder} = any($1::int[]) group by 1`,
            [ids],
          );
          const byId = new Map(rows.map(({ id, names }) => [id, names]));
          return ids.map((id) => byId.get(id) ?? []);
        })
        .load(row.id);
    }
  }
  return AliasResolver;
}

/** The field `aliases` and the mutations that create and change a kind of records. Answers its resolver classes. */
export function recordMutations({ kind, noun, unique, fields, needed = [], create = true }: RecordOptions): ClassType[] {
  const { naming, word, within } = kind;
  const { entity } = naming;
  const type = entity.name;

  @InputType(`Update${type}Input`, { description: `The ${type} to change, and its new values. An omitted field keeps its value.` })
  class UpdateInput {}
  refField(UpdateInput.prototype, kind);
  Field(() => Name, { nullable: true, description: `New name, unique ${unique}. It keeps its id; the old name becomes an alias.` })(
    UpdateInput.prototype,
    'newName',
  );
  for (const { name, doc, type: graphql, lookup, required } of fields)
    Field(given(graphql, lookup), { nullable: true, description: `${doc}${required ? '' : ' Null removes it.'}` })(
      UpdateInput.prototype,
      name,
    );
  reasonField(UpdateInput.prototype);

  @PayloadOf(`update${type}`)
  class UpdatePayload {
    @Field(() => [String], { description: 'Consequences of the change, such as clients that do not know a new name.' })
    warnings!: string[];
  }

  writtenField(UpdatePayload.prototype, word, entity, `The ${type} after the change.`);

  @Resolver()
  class UpdateResolver {
    @Mutation(() => UpdatePayload, { name: `update${type}`, description: `Renames or changes ${noun}.` })
    update(
      @Ctx() ctx: Context,
      @Arg('input', () => UpdateInput, { description: 'The record and its new values.' }) input: RecordChange,
    ): Promise<object> {
      return ctx.write(async (tx) => withRow(tx, entity, word, await updateRecord(tx, kind, fields, input)), input.reason);
    }
  }

  const changing = [UpdateResolver, aliasesField(naming)];
  if (!create) return changing;

  @InputType(`Create${type}Input`, { description: `The ${type} to create.` })
  class CreateInput {
    @Field(() => Name, { description: `Its name, unique ${unique}.` }) name!: string;
  }
  if (within) refField(CreateInput.prototype, within);
  for (const { name, doc, type: graphql, lookup } of fields)
    Field(given(graphql, lookup), { nullable: !needed.includes(name), description: doc })(CreateInput.prototype, name);

  @PayloadOf(`create${type}`)
  class CreatePayload {
    @Field(() => Boolean, { description: 'False where one with the name existed; it was not changed.' }) created!: boolean;
  }

  writtenField(CreatePayload.prototype, word, entity, `The ${type} with the name.`);

  @Resolver()
  class CreateResolver {
    @Mutation(() => CreatePayload, {
      name: `create${type}`,
      description: `Creates ${noun}, or finds the one with the name or alias.`,
    })
    create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'Its values.' }) input: CreateInput): Promise<object> {
      return ctx.write(async (tx) => withRow(tx, entity, word, await createRecord(tx, kind, fields, input)));
    }
  }
  return [...changing, CreateResolver];
}
