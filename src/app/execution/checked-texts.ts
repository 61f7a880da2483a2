import {
  getNamedType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLFieldResolver,
  type GraphQLInputType,
} from 'graphql';
import { checkText, textLimitOf } from '../../platform/entity/text.js';

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
      for (const [name, each] of Object.entries(value)) if (each !== null && each !== undefined) fields[name]?.(each, `${path}.${name}`);
    });
    for (const { name, type: ofField } of Object.values(type.getFields())) {
      const check = checkOf(ofField);
      if (check) fields[name] = check;
    }
    return ofType.get(type);
  };
}

const checked =
  (checks: readonly [string, Check][], resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> =>
  (root, args, context, info) => {
    for (const [name, check] of checks) if (args[name] !== null && args[name] !== undefined) check(args[name], name);
    return resolve(root, args, context, info);
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
        const checks = field.args.flatMap((argument): [string, Check][] => {
          const check = checkOf(argument.type);
          return check ? [[argument.name, check]] : [];
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
