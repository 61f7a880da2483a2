import {
  getNamedType,
  getNullableType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';
import { checkText, textLimitOf } from '../../platform/entity/text.js';
import { attempt, DomainError } from '../../platform/errors.js';
import { ItemError, refusedResult } from '../../platform/write/item-error.js';

/** Checks a value that an argument has, at its path. @throws INVALID */
type Check = (value: unknown, path: string) => void;

/** The type with `String` in place of a placeholder for texts. */
function withString(type: GraphQLInputType): GraphQLInputType {
  if (isNonNullType(type)) return new GraphQLNonNull(withString(type.ofType));
  if (isListType(type)) return new GraphQLList(withString(type.ofType));
  return textLimitOf(type) ? GraphQLString : type;
}

/** What the values of one type are checked by; input types may hold themselves, so each is asked for its fields' checks when it is used. */
function checksOf() {
  const ofType = new Map<unknown, Check | undefined>();
  return function checkOf(type: GraphQLInputType): Check | undefined {
    if (isNonNullType(type)) return checkOf(type.ofType);
    if (isListType(type)) {
      const check = checkOf(type.ofType);
      return (
        check && ((value, path) => (Array.isArray(value) ? value.forEach((each, i) => check(each, `${path}.${i}`)) : check(value, path)))
      );
    }
    const limit = textLimitOf(type);
    if (limit) return (value, path) => typeof value === 'string' && checkText(value, limit, path);
    if (!isInputObjectType(type)) return undefined;
    if (ofType.has(type)) return ofType.get(type);
    const fields: Record<string, Check> = {};
    ofType.set(type, (value, path) => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, each] of Object.entries(value))
        if (each !== null && each !== undefined) fields[name]?.(each, (path && `${path}.${name}`) || name);
    });
    for (const { name, type: ofField } of Object.values(type.getFields())) {
      const check = checkOf(ofField);
      if (check) fields[name] = check;
    }
    return ofType.get(type);
  };
}

/** The list in the argument `input` whose entries have a result each, with an error of its own; undefined where there is none. */
function itemsOf({ type, args }: GraphQLField<unknown, unknown>): GraphQLInputField | undefined {
  const payload = getNamedType(type);
  const results = isObjectType(payload) ? payload.getFields().results : undefined;
  const result = results && getNamedType(results.type);
  const error = isObjectType(result) ? result.getFields().error : undefined;
  const input = getNamedType(args.find(({ name }) => name === 'input')?.type);
  if (!error || getNamedType(error.type).name !== ItemError.name || !isInputObjectType(input)) return undefined;
  return Object.values(input.getFields()).find(
    (each) => isListType(getNullableType(each.type)) && isInputObjectType(getNamedType(each.type)),
  );
}

const checked =
  (checks: readonly [string, Check][], resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> =>
  (root, args, context, info) => {
    for (const [name, check] of checks) if (args[name] !== null && args[name] !== undefined) check(args[name], name);
    return resolve(root, args, context, info);
  };

/** The mutation of the items without a wrong text; the results of the others, with their errors, are put between its own. */
const eachChecked =
  (list: string, check: Check, resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> =>
  async (root, args, context, info) => {
    const items: readonly unknown[] = args.input[list];
    const errors = items.map((item) => attempt(() => check(item, '')));
    if (!errors.some(Boolean)) return resolve(root, args, context, info);
    const input = { ...args.input, [list]: items.filter((_, i) => !errors[i]) };
    const answer: { results?: unknown[] } = input[list].length ? Object(await resolve(root, { ...args, input }, context, info)) : {};
    const others = (answer.results ?? []).values();
    return {
      ...answer,
      results: errors.map((error, i) => (error instanceof DomainError ? refusedResult(error, items[i]) : others.next().value)),
    };
  };

/**
 * The schema whose text arguments are of type `String`, so that clients need no settings for them, and are checked for the limits of the
 * placeholders that stood there before a resolver sees them: a scalar could not say which argument is wrong.
 */
export function withCheckedTexts(schema: GraphQLSchema): GraphQLSchema {
  const { types, ...config } = schema.toConfig();
  const checkOf = checksOf();
  for (const type of types)
    if (isObjectType(type))
      for (const field of Object.values(type.getFields())) {
        const items = itemsOf(field);
        const ofItem = items && checkOf(getNamedType(items.type));
        if (field.resolve && ofItem) field.resolve = eachChecked(items.name, ofItem, field.resolve);
        const checks = field.args.flatMap((argument): [string, Check][] => {
          const check = checkOf(argument.type);
          if (!check) return [];
          return [[argument.name, ofItem ? (value, path) => check({ ...Object(value), [items.name]: null }, path) : check]];
        });
        if (!checks.length) continue;
        if (field.resolve) field.resolve = checked(checks, field.resolve);
        if (field.subscribe) field.subscribe = checked(checks, field.subscribe);
      }
  for (const type of types) {
    if (isObjectType(type) || isInterfaceType(type))
      for (const { args } of Object.values(type.getFields())) for (const argument of args) argument.type = withString(argument.type);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) field.type = withString(field.type);
  }
  return new GraphQLSchema({ ...config, types: types.filter((type) => !textLimitOf(getNamedType(type))) });
}
