import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldConfig,
  type GraphQLFieldResolver,
} from 'graphql';
import { DomainError } from '../errors.js';
import { checkLength } from '../lists.js';
import type { Context } from '../read/context.js';
import { upperFirst } from '../words.js';
import { itemError, ItemError } from './item-error.js';
import { withinItem } from './reports.js';
import { withRetiredArgument } from './retired-argument.js';

/** Items of one call that are committed one after the other. */
const maxEach = 1_000;

/** What comes of one item: what its mutation answers for it alone, or its error, with the argument named below `input`. */
type Outcome = object | { error: DomainError };

/** A mutation for many items of another one: `{ of: 'holdProcess', name: 'holdProcesses', list: 'processes' }`. */
export interface BulkForm<T = never> {
  /** The mutation of one item. */
  of: string;
  name: string;
  /** The argument that has the items. */
  list: string;
  /** All items in one transaction, and how many there may be. Without it, each is a transaction of its own, in the order of the input. */
  together?: { max: number; write: (ctx: Context, items: readonly T[]) => Promise<readonly Outcome[]> };
}

const errorOf = (result: unknown): DomainError | undefined => {
  const error: unknown = Object(result).error;
  return error instanceof DomainError ? error : undefined;
};

/** The fields made ready for the map of a type, which takes no configuration. */
const made = (fields: Record<string, GraphQLFieldConfig<unknown, Context>>): Record<string, GraphQLField<unknown, Context>> =>
  new GraphQLObjectType({ name: 'Made', fields }).getFields();

/** A field of a payload as one of a result: without a value where there is an error. */
function fieldOfResult({ type, resolve = defaultFieldResolver, ...field }: GraphQLFieldConfig<unknown, Context>) {
  const plain = getNullableType(type);
  const [value, isNullable] = isListType(plain) ? [[], false] : plain.toString() === 'Boolean' ? [false, false] : [null, true];
  const ofResult: GraphQLFieldConfig<unknown, Context> = {
    ...field,
    type: isNullable ? plain : type,
    description: isNullable && plain !== type ? `${field.description?.replace(/\.$/, '')}; null with an error.` : field.description,
    resolve: (result, args, context, info) => (errorOf(result) ? value : resolve(result, args, context, info)),
  };
  return ofResult;
}

/** The outcome of an item, whose error names arguments within it. */
function refusalOf(outcome: Outcome, item: unknown): Outcome {
  const error = errorOf(outcome);
  return error ? { error: withRetiredArgument(withinItem(error), item) } : outcome;
}

/** Calls the mutation of one item for each of them, one after the other: the transactions of two calls never wait for each other. */
async function oneByOne(
  items: readonly unknown[],
  single: GraphQLFieldResolver<unknown, Context>,
  [root, , context, info]: Parameters<typeof single>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const input of items)
    try {
      outcomes.push(Object(await single(root, { input }, context, info)));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      outcomes.push({ error });
    }
  return outcomes;
}

function bulkField(schema: GraphQLSchema, { of, name, list, together }: BulkForm): GraphQLFieldConfig<unknown, Context> {
  const { type, args } = schema.getMutationType()!.getFields()[of]!;
  const item = args.find((argument) => argument.name === 'input')!.type;
  const payload = getNamedType(type);
  if (!isObjectType(payload)) throw new Error(`${of} has no payload`);
  const max = together?.max ?? maxEach;

  const input = new GraphQLInputObjectType({
    name: `${upperFirst(name)}Input`,
    description: `Input of \`${name}\`.`,
    fields: {
      [list]: {
        type: new GraphQLNonNull(new GraphQLList(item)),
        description: `What \`${of}\` takes, for each: 1 to ${max.toLocaleString('en')}.`,
      },
    },
  });
  const result = new GraphQLObjectType({
    name: `${upperFirst(of)}Result`,
    description: `Result of one item of \`${name}\`: what \`${of}\` answers, or an error.`,
    fields: {
      ...Object.fromEntries(Object.entries(payload.toConfig().fields).map(([key, field]) => [key, fieldOfResult(field)])),
      error: {
        type: objectType(schema, ItemError.name),
        description: 'Why the item was refused; null if it was not.',
        resolve: (row) => {
          const error = errorOf(row);
          return error ? itemError(error) : null;
        },
      },
    },
  });
  return {
    type: new GraphQLNonNull(
      new GraphQLObjectType({
        name: `${upperFirst(name)}Payload`,
        description: `Result of \`${name}\`.`,
        fields: {
          results: {
            type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(result))),
            description: 'One result per item, in the order of the input.',
          },
        },
      }),
    ),
    description: together
      ? `\`${of}\` for many, each on its own. An invalid item has an error in its result; the valid ones are committed together.`
      : `\`${of}\` for many, each on its own. An invalid item has an error in its result; the others are committed one by one, in the order of the input. If the call itself fails, the items before the failure are committed; to finish the others, repeat it.`,
    args: { input: { type: new GraphQLNonNull(input), description: 'The items.' } },
    async resolve(root, args, context, info) {
      const items: never[] = Object(args).input[list];
      checkLength(items, list, max);
      // The mutation of one item as it is now: with all that was put around it.
      const outcomes = together
        ? await together.write(context, items)
        : await oneByOne(items, info.schema.getMutationType()!.getFields()[of]!.resolve!, [root, args, context, info]);
      return { results: outcomes.map((outcome, i) => refusalOf(outcome, items[i])) };
    },
  };
}

function objectType(schema: GraphQLSchema, name: string): GraphQLObjectType {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`no type ${name}`);
  return type;
}

/** Says at the top of each payload that has a result for each item how many have an error, so that a refusal in an answer without errors is not missed. */
function countFailed(mutations: Record<string, GraphQLField<unknown, Context>>): void {
  for (const { type } of Object.values(mutations)) {
    const payload = getNamedType(type);
    const results = isObjectType(payload) ? payload.getFields().results : undefined;
    if (!results || !isObjectType(payload)) continue;
    const failedCount = {
      type: new GraphQLNonNull(GraphQLInt),
      description: 'Number of results with an error.',
      resolve: (root: unknown) => {
        const list: unknown = Object(root).results;
        return Array.isArray(list) ? list.filter(errorOf).length : 0;
      },
    };
    Object.assign(payload.getFields(), made({ failedCount }));
  }
}

/** The schema with these mutations, and `failedCount` in every payload that has a result for each item. */
export function withBulkForms(schema: GraphQLSchema, forms: readonly BulkForm[]): GraphQLSchema {
  const mutations = schema.getMutationType()!.getFields();
  Object.assign(mutations, made(Object.fromEntries(forms.map((form) => [form.name, bulkField(schema, form)]))));
  countFailed(mutations);
  return new GraphQLSchema(schema.toConfig());
}
