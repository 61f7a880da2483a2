import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
} from 'graphql';
import type { GraphQLNamedType, GraphQLSchema, GraphQLType } from 'graphql';
import { refusedWords } from './language.js';
import { upperFirst } from '../../platform/words.js';

/** List arguments that are no nouns: operators of filters, and a verb. */
const noNouns = new Set(['in', 'notIn', 'between', 'and', 'or', 'dependsOn']);

const isList = (type: GraphQLType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

function* mutationsOffTheRule(schema: GraphQLSchema): Generator<string> {
  for (const { name, args, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const own = upperFirst(name);
    const given = `${name}(${args.map((each) => `${each.name}: ${String(each.type)}`).join(', ')}): ${String(type)}`;
    const rule = `${name}(input: ${own}Input!): ${own}Payload!`;
    if (given !== rule) yield `Mutation.${name}: must be ${rule}, and is ${given}.`;
  }
  for (const { name, type } of Object.values(schema.getQueryType()?.getFields() ?? {}))
    if (/Payload!?$/.test(String(type))) yield `Query.${name}: answers ${String(type)}; payloads belong to mutations.`;
}

/** Each described part of a type, and each argument, by its coordinate. */
function* partsOf(type: GraphQLNamedType): Generator<{ at: string; description: string; input?: { name: string; type: GraphQLType } }> {
  yield { at: type.name, description: type.description ?? '' };
  if (isEnumType(type))
    for (const { name, description } of type.getValues()) yield { at: `${type.name}.${name}`, description: description ?? '' };
  if (isInputObjectType(type))
    for (const field of Object.values(type.getFields()))
      yield { at: `${type.name}.${field.name}`, description: field.description ?? '', input: field };
  if (isObjectType(type) || isInterfaceType(type))
    for (const { name, description, args } of Object.values(type.getFields())) {
      yield { at: `${type.name}.${name}`, description: description ?? '' };
      for (const each of args) yield { at: `${type.name}.${name}(${each.name}:)`, description: each.description ?? '', input: each };
    }
}

/** What in a schema is off the conventions of the API (docs/decisions/0019-an-api-to-keep.md), a line each. */
export function offTheRules(schema: GraphQLSchema): string[] {
  const found = [...mutationsOffTheRule(schema)];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || (isScalarType(type) && ['Int', 'Float', 'String', 'Boolean', 'ID'].includes(type.name))) continue;
    for (const { at, description, input } of partsOf(type)) {
      if (!description && !isUnionType(type)) found.push(`${at}: has no description.`);
      for (const word of refusedWords(description)) found.push(`${at}: ${word}.`);
      if (input && isList(input.type) && !input.name.endsWith('s') && !noNouns.has(input.name))
        found.push(`${at}: is a list, and its name is not in the plural.`);
    }
  }
  return found;
}
