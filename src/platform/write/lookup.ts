import {
  Arg,
  createUnionType,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  registerEnumType,
  Resolver,
  type ClassType,
} from 'type-graphql';
import { LongText, Name } from '../entity/text.js';
import type { Row } from '../entity/node.js';
import { invalid } from '../errors.js';
import type { Context } from '../read/context.js';
import { listQuery } from '../read/fields.js';
import { finder } from '../read/find-row.js';
import { namedRefInput } from '../read/ref-input.js';
import { namedRefs, type NamedRef } from '../read/references.js';
import { stamped } from '../read/stamped.js';
import { createLookup, deleteLookup, updateLookup, type LookupField, type LookupOptions } from './lookup-rows.js';
import { writtenField } from './written-row.js';
import { PayloadOf } from './payload.js';
import { constantCase, lowerFirst, spaced, upperFirst, withArticle } from '../words.js';

const listOf = ({ entity, plural }: LookupOptions) =>
  listQuery(plural, entity, `All ${spaced(plural)}, ordered by name.`, { name: `${entity.name}.name`, entity, order: ['name', 'id'] });

/** Gives the inputs of a creation and of a change the fields beside the name; `isNeeded`: a creation needs those that are required. */
function valueFields(create: object, update: object, fields: readonly LookupField[], isNeeded: boolean): void {
  for (const { property, doc, type = () => LongText, required } of fields) {
    Field(type, { nullable: !(isNeeded && required), description: doc })(create, property);
    Field(type, { nullable: true, description: `${doc}${required ? '' : ' Null removes it.'}` })(update, property);
  }
}

/**
 * List, finder, create, update and delete of records that are little more than a name, under mutations of their own. Answers its resolver classes.
 * The look-up tables, of which there are many, share their mutations: see `lookup`.
 */
export function namedRecord(options: LookupOptions, ref: ClassType<NamedRef>): ClassType[] {
  const { entity, plural, noun, fields = [] } = options;
  const type = entity.name;
  const singular = lowerFirst(type);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the field is declared below.
  const targetOf = (input: object) => ({ ref: Reflect.get(input, singular) as NamedRef, argument: `input.${singular}` });

  @InputType(`Create${type}Input`, { description: `The ${type} to create.` })
  class CreateInput {
    @Field(() => Name, { description: `Its name, unique among ${spaced(plural)}.` }) name!: string;
  }
  @InputType(`Update${type}Input`, { description: `The ${type} to change, and its new values. An omitted field keeps its value.` })
  class UpdateInput {
    @Field(() => Name, { nullable: true, description: 'New name.' }) newName?: string | null;
  }
  @InputType(`Delete${type}Input`, { description: `The ${type} to delete.` })
  class DeleteInput {}
  for (const input of [UpdateInput, DeleteInput]) Field(() => ref, { description: `The ${type}.` })(input.prototype, singular);
  valueFields(CreateInput.prototype, UpdateInput.prototype, fields, true);

  @PayloadOf(`create${type}`)
  class CreatePayload {
    @Field(() => Boolean, { description: 'False where one with the name existed; it was not changed.' }) created!: boolean;
  }
  writtenField(CreatePayload.prototype, singular, entity, `The ${type} with the name.`);
  @PayloadOf(`update${type}`)
  class UpdatePayload {}
  writtenField(UpdatePayload.prototype, singular, entity, `The ${type} after the change.`);
  @PayloadOf(`delete${type}`)
  class DeletePayload {
    @Field(() => String, { description: 'The name that it had.' }) deletedName!: string;
  }

  @Resolver()
  class NamedRecordResolver {
    @Mutation(() => CreatePayload, {
      name: `create${type}`,
      description: `Creates ${noun}, or finds the one with the name. Values that differ from its own are a CONFLICT; null and omitted ones are not compared.`,
    })
    create(@Ctx() ctx: Context, @Arg('input', () => CreateInput, { description: 'Its values.' }) input: { name: string }): Promise<object> {
      return ctx.write((tx) => createLookup(tx, options, { ...input }, singular));
    }

    @Mutation(() => UpdatePayload, { name: `update${type}`, description: `Renames or changes ${noun}. Defaults keep their names.` })
    update(
      @Ctx() ctx: Context,
      @Arg('input', () => UpdateInput, { description: 'The record and its new values.' }) input: object,
    ): Promise<object> {
      const { [singular]: _ref, ...values }: Readonly<Record<string, unknown>> = { ...input };
      return ctx.write((tx) => updateLookup(tx, options, targetOf(input), values, singular));
    }

    @Mutation(() => DeletePayload, { name: `delete${type}`, description: `Deletes ${noun} that no other record uses.` })
    remove(@Ctx() ctx: Context, @Arg('input', () => DeleteInput, { description: 'The record.' }) input: DeleteInput): Promise<object> {
      return ctx.write((tx) => deleteLookup(tx, options, targetOf(input)));
    }
  }
  return [NamedRecordResolver, finder(singular, ref, namedRefs({ entity })), ...listOf(options)];
}

/** The look-up tables, by the value of `LookupKind`. */
const kinds = new Map<string, LookupOptions>();

/** The list of a look-up table, whose rows `lookupMutations` writes. Answers its resolver classes. */
export function lookup(options: LookupOptions): ClassType[] {
  kinds.set(constantCase(options.entity.name), options);
  return listOf(options);
}

/** The mutations of all look-up tables that were made by `lookup` before: one each to create, to change and to delete. */
export function lookupMutations(): ClassType[] {
  const names = [...kinds.keys()].sort();
  const LookupKind = Object.fromEntries(names.map((name) => [name, name]));
  registerEnumType(LookupKind, {
    name: 'LookupKind',
    description: 'A look-up table.',
    valuesConfig: Object.fromEntries(names.map((name) => [name, { description: `The rows of \`${kinds.get(name)!.plural}\`.` }])),
  });
  const Lookup = createUnionType({
    name: 'Lookup',
    description: 'A row of a look-up table.',
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- entities are classes of GraphQL types.
    types: () => names.map((name) => kinds.get(name)!.entity as ClassType),
    resolveType: (row: Pick<Row, '__typename'>) => row.__typename,
  });
  const LookupRef = namedRefInput({
    entity: class Lookup {
      id!: number;
      name!: string;
    },
  });
  const fields = new Map([...kinds.values()].flatMap((each) => each.fields ?? []).map((field) => [field.property, field]));
  for (const property of fields.keys()) {
    const having = [...kinds].filter(([, each]) => each.fields?.some((field) => field.property === property)).map(([name]) => name);
    const docs = new Set(
      [...kinds.values()]
        .flatMap((each) => each.fields ?? [])
        .filter((field) => field.property === property)
        .map(({ doc }) => doc),
    );
    fields.set(property, { ...fields.get(property)!, doc: `${[...docs].join(' ')} Only of ${having.join(', ')}.`, required: true });
  }

  @InputType({ description: 'The row to create in a look-up table.' })
  class CreateLookupInput {
    @Field(() => LookupKind, { description: 'The table.' }) kind!: string;
    @Field(() => Name, { description: 'Its name, unique in the table.' }) name!: string;
  }
  @InputType({ description: 'The row of a look-up table to change, and its new values. An omitted field keeps its value.' })
  class UpdateLookupInput {
    @Field(() => LookupKind, { description: 'The table.' }) kind!: string;
    @Field(() => LookupRef, { description: 'The row.' }) lookup!: NamedRef;
    @Field(() => Name, { nullable: true, description: 'New name.' }) newName?: string | null;
  }
  @InputType({ description: 'The row of a look-up table to delete.' })
  class DeleteLookupInput {
    @Field(() => LookupKind, { description: 'The table.' }) kind!: string;
    @Field(() => LookupRef, { description: 'The row.' }) lookup!: NamedRef;
  }
  valueFields(CreateLookupInput.prototype, UpdateLookupInput.prototype, [...fields.values()], false);

  @ObjectType({ description: 'Result of `createLookup`.' })
  class CreateLookupPayload {
    @Field(() => Lookup, { description: 'The row with the name.' }) lookup!: Row;
    @Field(() => Boolean, { description: 'False where one with the name existed; it was not changed.' }) created!: boolean;
  }
  @ObjectType({ description: 'Result of `updateLookup`.' })
  class UpdateLookupPayload {
    @Field(() => Lookup, { description: 'The row after the change.' }) lookup!: Row;
  }
  @ObjectType({ description: 'Result of `deleteLookup`.' })
  class DeleteLookupPayload {
    @Field(() => String, { description: 'The name that it had.' }) deletedName!: string;
  }

  /**
   * The table that an input names, and the values of its rows: null says nothing of a column that they do not have.
   * @throws INVALID for a value that its rows do not have, or, where one is made, for one that they need
   */
  const checked = <V extends Readonly<Record<string, unknown>>>(kind: string, input: V, isNew: boolean): [LookupOptions, V] => {
    const options = kinds.get(kind)!;
    const allowed = options.fields ?? [];
    const values: Record<string, unknown> = { ...input };
    for (const property of fields.keys()) {
      if (allowed.some((field) => field.property === property)) continue;
      if ((values[property] ?? null) !== null)
        throw invalid(`${upperFirst(withArticle(options.entity.name))} has no ${property}.`, {
          argument: `input.${property}`,
          value: values[property],
          allowed: ['name', ...allowed.map((field) => field.property)],
        });
      delete values[property];
    }
    const missing = isNew && allowed.find(({ property, required }) => required && (values[property] ?? null) === null);
    if (missing)
      throw invalid(`${upperFirst(withArticle(options.entity.name))} needs ${withArticle(missing.property)}.`, {
        argument: `input.${missing.property}`,
        value: null,
        allowed: 'a text',
      });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same without what says nothing.
    return [options, values as V];
  };
  const typed = async (answer: Promise<object>, { entity }: LookupOptions): Promise<object> => {
    const found: { lookup?: Row } = await answer;
    return { ...found, lookup: stamped(found.lookup ?? null, entity.name) };
  };

  @Resolver()
  class LookupMutations {
    @Mutation(() => CreateLookupPayload, {
      description:
        'Creates a row of a look-up table, or finds the one with the name. Values that differ from its own are a CONFLICT; null and omitted ones are not compared.',
    })
    createLookup(
      @Ctx() ctx: Context,
      @Arg('input', () => CreateLookupInput, { description: 'The table and the values.' }) { kind, ...values }: CreateLookupInput,
    ): Promise<object> {
      const [options, row] = checked(kind, { ...values }, true);
      return ctx.write((tx) => typed(createLookup(tx, options, row, 'lookup'), options));
    }

    @Mutation(() => UpdateLookupPayload, { description: 'Renames or changes a row of a look-up table. Defaults keep their names.' })
    updateLookup(
      @Ctx() ctx: Context,
      @Arg('input', () => UpdateLookupInput, { description: 'The row and its new values.' })
      { kind, lookup: ref, ...values }: UpdateLookupInput,
    ): Promise<object> {
      const [options, changes] = checked(kind, { ...values }, false);
      return ctx.write((tx) => typed(updateLookup(tx, options, { ref, argument: 'input.lookup' }, changes, 'lookup'), options));
    }

    @Mutation(() => DeleteLookupPayload, { description: 'Deletes a row of a look-up table that no other record uses. Defaults stay.' })
    deleteLookup(
      @Ctx() ctx: Context,
      @Arg('input', () => DeleteLookupInput, { description: 'The row.' }) { kind, lookup: ref }: DeleteLookupInput,
    ): Promise<object> {
      return ctx.write((tx) => deleteLookup(tx, kinds.get(kind)!, { ref, argument: 'input.lookup' }));
    }
  }
  return [LookupMutations];
}
