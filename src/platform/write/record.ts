import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import { nameArguments, type Aliased, type Naming } from '../read/naming.js';
import type { NamedRef } from '../read/references.js';
import type { Row } from '../entity/node.js';
import { referenceTo, shapeOf } from '../entity/rows.js';
import { LongText, Name } from '../entity/text.js';
import { withRow, writtenField } from './written-row.js';
import { createThing, updateThing, type ThingChange, type ThingField } from './record-changes.js';

export interface ThingOptions {
  naming: Aliased;
  /** What one of it is, for the descriptions: `a source`. */
  noun: string;
  fields: readonly ThingField[];
  /** Needed when one is made. */
  needed?: readonly string[];
  /** False where things are made in another way. */
  create?: boolean;
  /** What a name must be unique among, for the descriptions. */
  unique: string;
}

const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** Gives an input the fields that tell a thing: its id, or its name and the names of what it is in. */
export function tellingFields(input: object, naming: Naming): void {
  const type = naming.entity.name;
  const names = nameArguments(naming);
  Field(() => ID, { nullable: true, description: `Id of the ${type}.` })(input, 'id');
  for (const each of names)
    Field(() => Name, {
      nullable: true,
      description:
        each === 'name'
          ? `Name of the ${type}, the present one or a former one${names.length > 1 ? `, together with \`${names.slice(0, -1).join('` and `')}\`` : ''}.`
          : `Name of the ${each} that it is in, where it is told by name.`,
    })(input, each);
}

/** Gives an input the field for the reason of a change. */
export const reasonField = (input: object) =>
  Field(() => LongText, { nullable: true, description: 'Why: kept in the history.' })(input, 'reason');

const given = (type: (() => object) | undefined, lookup: unknown) => type ?? (() => (lookup ? Name : LongText));

/** The field `aliases` of things that have names. Answers its resolver class. */
export function aliasesField({ entity, alias }: Aliased): ClassType {
  @Resolver(() => entity)
  class AliasResolver {
    @FieldResolver(() => [String], {
      description: 'Former names, by which it is still found, ordered. A thing that has such a name itself is found before.',
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

/** The fields `aliases` and what the API has to make and change a kind of thing. Answers its resolver classes. */
export function thing({ naming, noun, unique, fields, needed = [], create = true }: ThingOptions): ClassType[] {
  const { entity, within } = naming;
  const type = entity.name;
  const singular = lower(type);

  @InputType(`Update${type}Input`, { description: `Which ${type} to change, and its new values. What is left out stays.` })
  class UpdateInput {}
  tellingFields(UpdateInput.prototype, naming);
  Field(() => Name, { nullable: true, description: `New name, unique ${unique}. It keeps its id; the old name becomes an alias.` })(
    UpdateInput.prototype,
    'newName',
  );
  for (const { name, doc, type: graphql, lookup, required } of fields)
    Field(given(graphql, lookup), { nullable: true, description: `${doc}${required ? '' : ' Null takes it away.'}` })(
      UpdateInput.prototype,
      name,
    );
  reasonField(UpdateInput.prototype);

  @ObjectType(`Update${type}Payload`, { description: `The changed ${type}.` })
  class UpdatePayload {
    @Field(() => [String], { description: 'What the caller should know of the consequences, such as who does not know a new name yet.' })
    warnings!: string[];
  }

  writtenField(UpdatePayload.prototype, singular, entity, `The ${type} as it is now.`);

  @Resolver()
  class UpdateResolver {
    @Mutation(() => UpdatePayload, { name: `update${type}`, description: `Renames or changes ${noun}.` })
    update(
      @Ctx() ctx: Context,
      @Arg('input', () => UpdateInput, { description: 'Which one, and its new values.' }) input: ThingChange,
    ): Promise<object> {
      return ctx.write(async (tx) => withRow(tx, entity, singular, await updateThing(tx, naming, fields, input)), input.reason);
    }
  }

  const changing = [UpdateResolver, aliasesField(naming)];
  if (!create) return changing;

  @InputType(`Create${type}Input`, { description: `The ${type} to make.` })
  class CreateInput {
    @Field(() => Name, { description: `Its name, unique ${unique}.` }) name!: string;
  }
  if (within) {
    const outside = within.naming.entity.name;
    Field(() => ID, { nullable: true, description: `Id of the ${outside} that it lies in.` })(
      CreateInput.prototype,
      `${within.argument}Id`,
    );
    for (const each of nameArguments(naming).slice(0, -1))
      Field(() => Name, { nullable: true, description: `Name of the ${each} that it lies in, instead of \`${within.argument}Id\`.` })(
        CreateInput.prototype,
        each,
      );
  }
  for (const { name, doc, type: graphql, lookup } of fields)
    Field(given(graphql, lookup), { nullable: !needed.includes(name), description: doc })(CreateInput.prototype, name);

  @ObjectType(`Create${type}Payload`, { description: `What became of the wish to make ${noun}.` })
  class CreatePayload {
    @Field(() => Boolean, { description: 'False where there was one with the name; it is left as it was.' }) created!: boolean;
  }

  writtenField(CreatePayload.prototype, singular, entity, `The ${type}: the new one, or the one that had the name.`);

  @Resolver()
  class CreateResolver {
    @Mutation(() => CreatePayload, {
      name: `create${type}`,
      description: `Makes ${noun}, or finds the one that has the name, now or formerly.`,
    })
    create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'What to make.' }) input: NamedRef): Promise<object> {
      return ctx.write(async (tx) => withRow(tx, entity, singular, await createThing(tx, naming, fields, input)));
    }
  }
  return [...changing, CreateResolver];
}
