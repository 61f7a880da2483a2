import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, ID, Info, InputType, Mutation, ObjectType, Query, Resolver, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import type { Tx } from '../database.js';
import { forbidden, invalid, notFound } from '../errors.js';
import { listQuery } from '../read/fields.js';
import { idOf } from '../entity/ids.js';
import { taken } from './naming.js';
import { refuseIfUsed } from './references.js';
import type { Row } from '../entity/node.js';
import { selectList, shapeOf, type EntityClass } from '../entity/rows.js';
import { selectedProperties } from '../read/selection.js';
import { LongText, Name } from '../entity/text.js';

/** A column of a look-up beside its name, as it is written. */
interface LookupField {
  property: string;
  doc: string;
  type?: () => object;
  /** The least value of a number. */
  min?: number;
  /** Needed when a row is made. */
  required?: boolean;
}

export interface LookupOptions {
  entity: EntityClass;
  /** Plural of the type's name as the API's list is called. */
  plural: string;
  /** What one of it is, for the descriptions: `a tool`. */
  noun: string;
  /** Names that ProcessTracker or Waybill stands on: never renamed or deleted. */
  defaults?: readonly string[];
  fields?: readonly LookupField[];
}

interface Named {
  id?: string | null;
  name?: string | null;
}

/** The inputs to make and to change one; its fields stand beside. */
interface Made {
  name: string;
}
interface Changes extends Named {
  newName?: string | null;
}

const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** The row meant by an id or a name, locked for the change. @throws INVALID or NOT_FOUND */
export async function lockNamed<E extends object>(
  tx: Tx,
  entity: EntityClass<E>,
  input: Named,
  argument = 'input',
  lock: 'update' | 'key share' = 'update',
): Promise<Row<E> & { name: string }> {
  const { name: type, table, key, columns } = shapeOf(entity);
  if (!input.id === !input.name)
    throw invalid(`Say which ${type}: either by id or by name.`, { argument, value: input, allowed: 'id or name' });
  const [column, value] = input.id ? [key, idOf(input.id, type, `${argument}.id`)] : [columns.get('name')!.column, input.name];
  const [row] = await tx.query<Row<E> & { name: string }>(
    `select ${selectList(entity)} from ${table} t where t.${column} = $1 for ${lock}`,
    [value],
  );
  if (!row)
    throw notFound(`There is no ${type} ${input.name ? JSON.stringify(input.name) : 'with this id'}.`, {
      argument: `${argument}.${input.id ? 'id' : 'name'}`,
      value: input.id ?? input.name,
    });
  return row;
}

/** List, look-up by name, create, update and delete of a look-up table: everything the API has for it. Answers its resolver classes. */
export function lookup({ entity, plural, noun, defaults = [], fields = [] }: LookupOptions): ClassType[] {
  const type = entity.name;
  const singular = lower(type);

  @InputType(`Create${type}Input`, { description: `The ${type} to make.` })
  class CreateInput {
    @Field(() => Name, { description: `Its name, unique among ${plural}.` }) name!: string;
  }
  @InputType(`Update${type}Input`, {
    description: `Which ${type} to change, by id or by name, and its new values. What is left out stays.`,
  })
  class UpdateInput implements Named {
    @Field(() => ID, { nullable: true, description: `Id of the ${type}.` }) id?: string | null;
    @Field(() => Name, { nullable: true, description: `Present name of the ${type}.` }) name?: string | null;
    @Field(() => Name, { nullable: true, description: 'New name.' }) newName?: string | null;
  }
  @InputType(`Delete${type}Input`, { description: `Which ${type} to delete: by id or by name.` })
  class DeleteInput implements Named {
    @Field(() => ID, { nullable: true, description: `Id of the ${type}.` }) id?: string | null;
    @Field(() => Name, { nullable: true, description: `Name of the ${type}.` }) name?: string | null;
  }
  for (const { property, doc, type: graphql = () => LongText, required } of fields) {
    Field(graphql, { nullable: !required, description: doc })(CreateInput.prototype, property);
    Field(graphql, { nullable: true, description: `${doc}${required ? '' : ' Null takes it away.'}` })(UpdateInput.prototype, property);
  }

  @ObjectType(`Create${type}Payload`, { description: `What became of the wish to make ${noun}.` })
  class CreatePayload {
    @Field(() => entity, { description: `The ${type}: the new one, or the one that had the name.` }) [singular]!: Row;
    @Field(() => Boolean, { description: 'False where there was one with the name; it is left as it was.' }) created!: boolean;
  }
  Field(() => entity, { description: `The ${type}: the new one, or the one that had the name.` })(CreatePayload.prototype, singular);
  @ObjectType(`Update${type}Payload`, { description: `The changed ${type}.` })
  class UpdatePayload {}
  Field(() => entity, { description: `The ${type} as it is now.` })(UpdatePayload.prototype, singular);
  @ObjectType(`Delete${type}Payload`, { description: `The deleted ${type}.` })
  class DeletePayload {
    @Field(() => String, { description: 'The name it had.' }) deletedName!: string;
  }

  const refuseDefault = (name: string, doing: string) => {
    if (defaults.includes(name))
      throw forbidden(`${type} ${JSON.stringify(name)} is a default and cannot be ${doing}.`, {
        argument: 'input.name',
        value: name,
        protected: defaults,
      });
  };
  const checkNumbers = (values: Readonly<Record<string, unknown>>) => {
    for (const { property, min } of fields) {
      const value = values[property];
      if (min !== undefined && typeof value === 'number' && value < min)
        throw invalid(`${property} must be at least ${min}, not ${value}.`, {
          argument: `input.${property}`,
          value,
          allowed: { min },
        });
    }
  };
  const read = async (tx: Tx, column: string, value: unknown) =>
    (await tx.query<Row>(`select ${selectList(entity)} from ${shapeOf(entity).table} t where t.${column} = $1`, [value]))[0];

  @Resolver()
  class LookupResolver {
    @Query(() => entity, { name: singular, nullable: true, description: `The ${type} with this name, or null.` })
    async one(
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
      @Arg('name', () => Name, { description: 'Its name, exactly.' }) name: string,
    ): Promise<Row | null> {
      const { table, columns } = shapeOf(entity);
      const [row] = await ctx.db.query<Row>(
        `select ${selectList(entity, selectedProperties(info, entity))} from ${table} t where t.${columns.get('name')!.column} = $1`,
        [name],
      );
      return row ?? null;
    }

    @Mutation(() => CreatePayload, { name: `create${type}`, description: `Makes ${noun}, or finds the one with the name.` })
    create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'What to make.' }) input: Made): Promise<object> {
      const values: Readonly<Record<string, unknown>> = { ...input };
      checkNumbers(values);
      const { table, columns } = shapeOf(entity);
      const given = Object.entries(values).filter(([, value]) => value !== undefined);
      const names = given.map(([property]) => columns.get(property)!.column);
      return ctx.write(async (tx) => {
        const rows = await tx
          .query(
            `insert into ${table} (${names.join(', ')})
             values (${names.map((_, i) => `$${i + 1}`).join(', ')})
             on conflict (${columns.get('name')!.column}) do nothing returning 1 as made`,
            given.map(([, value]) => value),
          )
          .catch((error: unknown) => taken(error, type, input));
        return { [singular]: await read(tx, columns.get('name')!.column, input.name), created: rows.length > 0 };
      });
    }

    @Mutation(() => UpdatePayload, { name: `update${type}`, description: `Renames or changes ${noun}. Defaults keep their names.` })
    update(
      @Ctx() ctx: Context,
      @Arg('input', () => UpdateInput, { description: 'Which one, and its new values.' }) input: Changes,
    ): Promise<object> {
      const values: Readonly<Record<string, unknown>> = { ...input };
      checkNumbers(values);
      const { table, key, columns } = shapeOf(entity);
      const { newName } = input;
      const { id: _id, name: _name, newName: _newName, ...rest } = values;
      const changes = Object.entries({ ...rest, ...(newName ? { name: newName } : {}) }).filter(([, value]) => value !== undefined);
      for (const { property } of fields.filter(({ required }) => required))
        if (values[property] === null) throw invalid(`${property} cannot be taken away.`, { argument: `input.${property}`, value: null });
      return ctx.write(async (tx) => {
        const row = await lockNamed(tx, entity, input);
        if (newName && newName !== row.name) refuseDefault(row.name, 'renamed');
        if (changes.length) {
          const set = changes.map(([property], i) => `${columns.get(property)!.column} = $${i + 2}`).join(', ');
          await tx
            .query(`update ${table} set ${set} where ${key} = $1`, [row.id, ...changes.map(([, value]) => value)])
            .catch((error: unknown) => taken(error, type, { ...rest, newName }));
        }
        return { [singular]: await read(tx, key!, row.id) };
      });
    }

    @Mutation(() => DeletePayload, { name: `delete${type}`, description: `Deletes ${noun} that nothing uses. Defaults stay.` })
    remove(@Ctx() ctx: Context, @Arg('input', () => DeleteInput, { description: 'Which one.' }) input: Named): Promise<object> {
      return ctx.write(async (tx) => {
        const row = await lockNamed(tx, entity, input);
        refuseDefault(row.name, 'deleted');
        await refuseIfUsed(tx, entity, row.id, row.name);
        await tx.query(`delete from ${shapeOf(entity).table} where ${shapeOf(entity).key} = $1`, [row.id]);
        return { deletedName: row.name };
      });
    }
  }
  return [
    LookupResolver,
    ...listQuery(plural, entity, `All ${plural}, ordered by name.`, { name: `${type}.name`, entity, order: ['name', 'id'] }),
  ];
}
