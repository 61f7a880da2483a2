import {
  defaultFieldResolver,
  execute,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  isIntrospectionType,
  isObjectType,
  Kind,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { createContext, type Context } from '../../platform/read/context.js';
import { ListText } from '../../platform/read/large-answer.js';
import { pause } from '../../platform/turns.js';
import { asItIs, compileQuery, flagsOf, type Compiled, type Variables } from './compile-query.js';

/** How many fields of a long list are executed at once: those of some hundred items, or of fewer that have many. */
const partFields = 2_000;
/** Shorter lists are executed as any other. */
const longFrom = 250;

/**
 * Lets the lists that are marked as long (`@Extensions({ longList: true })`) be executed part by part in large answers: an operation of its own for each part,
 * whose answer is text at once. The list itself is empty for the execution around it; the text takes its place when the answer is complete.
 */
export function withLongLists(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.extensions.longList) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      const divided = (list: unknown, context: Context, info: GraphQLResolveInfo) =>
        context.large && Array.isArray(list) && list.length > longFrom ? inParts(list, context, info) : list;
      field.resolve = (root, args, context: Context, info) => {
        const list: unknown = resolve(root, args, context, info);
        return list instanceof Promise ? list.then((each) => divided(each, context, info)) : divided(list, context, info);
      };
    }
  }
  return schema;
}

async function inParts(list: readonly unknown[], context: Context, info: GraphQLResolveInfo): Promise<never[]> {
  const { query, key, size } = partOf(info);
  const large = context.large!;
  const path = pathOf(info);
  const pieces: string[] = [];
  const allErrors: GraphQLError[] = [];
  for (let at = 0; at < list.length; at += size) {
    await pause();
    // Loaders of its own: what they have read is let go with the part. Long lists in the part are executed with it: its text is made at once.
    const own = { ...createContext(context.db, context, context.requestId), budget: context.budget };
    const { data, errors = [] } = await query({ [info.fieldName]: list.slice(at, at + size) }, own, info.variableValues, large.variables);
    const found = errors.map((error) => located(error, path, at));
    if (!data?.[key]) throw found[0] ?? new Error(`no ${info.fieldName} in a part of an answer`);
    allErrors.push(...found);
    pieces.push(JSON.stringify(data[key]).slice(1, -1));
  }
  large.add(path, new ListText(pieces), allErrors);
  return [];
}

function pathOf({ path }: GraphQLResolveInfo): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}

/** An error of a part, with its place in the whole answer. */
function located({ message, nodes, path = [], originalError }: GraphQLError, list: readonly (string | number)[], at: number): GraphQLError {
  const [, item, ...rest] = path;
  return new GraphQLError(message, {
    ...(nodes ? { nodes } : {}),
    path: [...list, ...(item === undefined ? [] : [at + Number(item)]), ...rest],
    ...(originalError ? { originalError } : {}),
  });
}

interface Part {
  operation: OperationDefinitionNode;
  key: string;
  /** How many items make one part. */
  size: number;
  /** `sent` are the variables as the caller sent them. */
  query: (root: unknown, context: Context, variables: Variables, sent: Variables) => Promise<ExecutionResult>;
}
/** By the field's place in its document; a fragment's may be part of several operations. */
const parts = new WeakMap<FieldNode, Part>();

/** The operation that executes a part of the list at this field: the selection below it, on a root that has the part. */
function partOf(info: GraphQLResolveInfo): Part {
  const { operation, fieldNodes, fragments, returnType, fieldName } = info;
  const node = fieldNodes[0]!;
  const known = parts.get(node);
  if (known?.operation === operation && fieldNodes.length === 1) return known;
  const own: OperationDefinitionNode = {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: fieldNodes },
    directives: [],
  };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [own, ...Object.values(fragments)] };
  const schema = partSchema(info.schema, fieldName, returnType);
  const compiled = flagsOf(document, own).length ? null : tryCompile(schema, document, own, info.variableValues);
  const part: Part = {
    operation,
    key: node.alias?.value ?? fieldName,
    size: Math.max(1, Math.min(longFrom, Math.floor(partFields / fieldsOf(fieldNodes, fragments)))),
    query: async (rootValue, contextValue, values, sent) =>
      (await compiled?.(contextValue, values, rootValue)) ??
      // A compiled query has the values of its variables from GraphQL; the interpreter reads those of the request itself.
      execute({ schema, document, rootValue, contextValue, variableValues: isWritten(own) ? values : sent }),
  };
  parts.set(node, part);
  return part;
}

/** How many fields stand below some selections, those of a fragment wherever it is used; once counted too many, no further. */
function fieldsOf(selections: readonly SelectionNode[], fragments: GraphQLResolveInfo['fragments'], most = partFields): number {
  let count = 0;
  for (const node of selections) {
    if (count > most) break;
    if (node.kind === Kind.FIELD) count++;
    const below = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value]?.selectionSet : node.selectionSet;
    count += fieldsOf(below?.selections ?? [], fragments, most - count);
  }
  return count;
}

const isWritten = ({ variableDefinitions = [] }: OperationDefinitionNode): boolean =>
  variableDefinitions.every(({ type }) => type.kind === Kind.NAMED_TYPE && type.name.value === asItIs.name);

function tryCompile(...given: Parameters<typeof compileQuery>): Compiled | null {
  try {
    return compileQuery(...given);
  } catch {
    return null; // Left to the interpreter.
  }
}

const schemas = new WeakMap<object, GraphQLSchema>();

function partSchema(schema: GraphQLSchema, name: string, type: GraphQLResolveInfo['returnType']): GraphQLSchema {
  const known = schemas.get(type);
  if (known) return known;
  const query = new GraphQLObjectType({ name: 'AnswerPart', fields: { [name]: { type } } });
  const types = [asItIs, ...Object.values(schema.getTypeMap()).filter((each) => !isIntrospectionType(each))];
  const made = new GraphQLSchema({ query, types, directives: schema.getDirectives(), assumeValid: true });
  schemas.set(type, made);
  return made;
}
