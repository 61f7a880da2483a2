import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, ID, Info, InputType, Mutation, ObjectType, Query, Resolver, type ClassType } from 'type-graphql';
import type { Context } from '../read/context.js';
import type { Tx } from '../database.js';
import { DomainError, forbidden, invalid } from '../errors.js';
import { listQuery } from '../read/fields.js';
import { findRow } from '../read/find-row.js';
import type { Named } from '../read/naming.js';
import { below, inEach, namedRefs, resolveRef, resolveRefs, type NamedRef } from '../read/references.js';
import { deleteRows, insertRow, updateRows } from './entities.js';
import { refuseIfUsed } from './references.js';
import { taken } from './rename.js';
import { goneMeanwhile, withRow, writtenField } from './written-row.js';
import type { Row } from '../entity/node.js';
import type { EntityClass } from '../entity/rows.js';
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
  entity: EntityClass<Named>;
  /** Plural of the type's name as the API's list is called. */
  plural: string;
  /** What one of it is, for the descriptions: `a tool`. */
  noun: string;
  /** Names that ProcessTracker or Waybill stands on: never renamed or deleted. */
  defaults?: readonly string[];
  fields?: readonly LookupField[];
}

/** The input to change one; its fields stand beside. */
interface Changes extends NamedRef {
  newName?: string | null;
}

const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

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
  class UpdateInput implements NamedRef {
    @Field(() => ID, { nullable: true, description: `Id of the ${type}.` }) id?: string | null;
    @Field(() => Name, { nullable: true, description: `Present name of the ${type}.` }) name?: string | null;
    @Field(() => Name, { nullable: true, description: 'New name.' }) newName?: string | null;
  }
  @InputType(`Delete${type}Input`, { description: `Which ${type} to delete: by id or by name.` })
  class DeleteInput implements NamedRef {
    @Field(() => ID, { nullable: true, description: `Id of the ${type}.` }) id?: string | null;
    @Field(() => Name, { nullable: true, description: `Name of the ${type}.` }) name?: string | null;
  }
  for (const { property, doc, type: graphql = () => LongText, required } of fields) {
    Field(graphql, { nullable: !required, description: doc })(CreateInput.prototype, property);
    Field(graphql, { nullable: true, description: `${doc}${required ? '' : ' Null takes it away.'}` })(UpdateInput.prototype, property);
  }

  @ObjectType(`Create${type}Payload`, { description: `What became of the wish to make ${noun}.` })
  class CreatePayload {
    @Field(() => Boolean, { description: 'False where there was one with the name; it is left as it was.' }) created!: boolean;
  }
  writtenField(CreatePayload.prototype, singular, entity, `The ${type}: the new one, or the one that had the name.`);
  @ObjectType(`Update${type}Payload`, { description: `The changed ${type}.` })
  class UpdatePayload {}
  writtenField(UpdatePayload.prototype, singular, entity, `The ${type} as it is now.`);
  @ObjectType(`Delete${type}Payload`, { description: `The deleted ${type}.` })
  class DeletePayload {
    @Field(() => String, { description: 'The name it had.' }) deletedName!: string;
  }

  const refs = namedRefs({ entity });
  const lock = async (tx: Tx, input: NamedRef) => {
    const { id, name } = await resolveRef(tx, refs, input, { at: below('input'), lock: 'update', read: ['name'] });
    return { id, name: name ?? '' };
  };
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

  @Resolver()
  class LookupResolver {
    @Query(() => entity, { name: singular, nullable: true, description: `The ${type} with this name, or null.` })
    one(
      @Ctx() ctx: Context,
      @Info() info: GraphQLResolveInfo,
      @Arg('name', () => Name, { description: 'Its name, exactly.' }) name: string,
    ): Promise<Row | null> {
      return findRow(ctx, info, entity, { name });
    }

    @Mutation(() => CreatePayload, { name: `create${type}`, description: `Makes ${noun}, or finds the one with the name.` })
    create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'What to make.' }) input: NamedRef): Promise<object> {
      const values: Readonly<Record<string, unknown>> = { ...input };
      checkNumbers(values);
      return ctx.write(async (tx) => {
        const made = await insertRow(tx, entity, values, ['name']).catch((error: unknown) => taken(error, type, input));
        const [known] = made === undefined ? await resolveRefs(tx, refs, [input], { at: inEach('input') }) : [{ id: made }];
        if (!known || known instanceof DomainError) throw goneMeanwhile();
        return withRow(tx, entity, singular, { id: known.id, created: made !== undefined });
      });
    }

    @Mutation(() => UpdatePayload, { name: `update${type}`, description: `Renames or changes ${noun}. Defaults keep their names.` })
    update(
      @Ctx() ctx: Context,
      @Arg('input', () => UpdateInput, { description: 'Which one, and its new values.' }) input: Changes,
    ): Promise<object> {
      const { id, name, newName, ...rest }: Changes & Readonly<Record<string, unknown>> = { ...input };
      checkNumbers(rest);
      const changes = { ...rest, ...(newName ? { name: newName } : {}) };
      for (const { property } of fields.filter(({ required }) => required))
        if (rest[property] === null) throw invalid(`${property} cannot be taken away.`, { argument: `input.${property}`, value: null });
      return ctx.write(async (tx) => {
        const row = await lock(tx, { id: id ?? null, name: name ?? null });
        if (newName && newName !== row.name) refuseDefault(row.name, 'renamed');
        if (Object.values(changes).some((value) => value !== undefined))
          await updateRows(tx, entity, { id: row.id }, changes).catch((error: unknown) => taken(error, type, { ...rest, newName }));
        return withRow(tx, entity, singular, { id: row.id });
      });
    }

    @Mutation(() => DeletePayload, { name: `delete${type}`, description: `Deletes ${noun} that nothing uses. Defaults stay.` })
    remove(@Ctx() ctx: Context, @Arg('input', () => DeleteInput, { description: 'Which one.' }) input: NamedRef): Promise<object> {
      return ctx.write(async (tx) => {
        const row = await lock(tx, input);
        refuseDefault(row.name, 'deleted');
        await refuseIfUsed(tx, entity, row.id, row.name);
        await deleteRows(tx, entity, { id: row.id });
        return { deletedName: row.name };
      });
    }
  }
  return [
    LookupResolver,
    ...listQuery(plural, entity, `All ${plural}, ordered by name.`, { name: `${type}.name`, entity, order: ['name', 'id'] }),
  ];
}
