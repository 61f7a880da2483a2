import { GraphQLBoolean, GraphQLScalarType, Kind, separateOperations, TypeInfo, valueFromAST, visit, visitWithTypeInfo } from 'graphql';
import type {
  DirectiveNode,
  DocumentNode,
  ExecutionResult,
  FieldNode,
  GraphQLError,
  GraphQLInputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  ValueNode,
} from 'graphql';
import { compileQuery as compileByJit, isCompiledQuery } from 'graphql-jit';
import { DomainError } from '../../platform/errors.js';

/** The variables of a request as GraphQL itself has read them: with defaults, without those left out. */
export type Variables = Readonly<Record<string, unknown>>;

/** Executes an operation; undefined where the interpreter must answer. */
export type Compiled = (context: unknown, variables: Variables, root?: unknown) => Promise<ExecutionResult | undefined>;

/** Type of a variable whose value has been read already. */
export const asItIs = new GraphQLScalarType({ name: 'AsItIs', parseValue: (value) => value });

/**
 * Compiles an operation by graphql-jit, for the flags that `variables` hold; null where it cannot. graphql-jit is given neither of the two
 * that it gets wrong: no `@skip` and `@include` (the fields are left out beforehand), and no value of the document (each argument is a
 * variable whose value GraphQL's own functions read). It would also write text of the document into its code.
 */
export function compileQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Compiled | null {
  const chosen = alone(withoutFlags(alone(document, operation), variables), operation);
  if (hasUnsafeKeys(schema, chosen)) return null;
  const { written, given } = withoutValues(schema, chosen);
  const withType: GraphQLSchema = Object.create(schema, {
    getType: { value: (name: string) => (name === asItIs.name ? asItIs : schema.getType(name)) },
  });
  const compiled = compileByJit(withType, written);
  if (!isCompiledQuery(compiled)) return null;
  return async (context, values, root) => {
    const read = readArguments(given, values);
    const result = read && (await compiled.query(root, context, read));
    return result?.errors && isForInterpreter(result.data, result.errors) ? undefined : result;
  };
}

/**
 * What no resolver threw (a null where none may be, a value that its type cannot write) is reported best by the interpreter; so are several
 * refusals that made something above them null, of which it reports the first. When the database fails, it is not asked a second time.
 */
const isForInterpreter = (data: unknown, errors: readonly GraphQLError[]): boolean =>
  errors.some(({ originalError }) => !originalError) ||
  (errors.length > 1 &&
    errors.some(({ path = [] }) => isNullAbove(data, path)) &&
    errors.every(({ originalError }) => originalError instanceof DomainError));

function isNullAbove(data: unknown, path: readonly (string | number)[]): boolean {
  let found = data;
  for (const key of path) {
    if (found === null) return true;
    found = typeof found === 'object' ? Reflect.get(found, key) : undefined;
  }
  return false;
}

const isFlag = ({ name: { value } }: DirectiveNode) => value === 'skip' || value === 'include';

/** The document with this operation alone, and the fragments that it uses. */
const alone = (document: DocumentNode, { name }: OperationDefinitionNode): DocumentNode => separateOperations(document)[name?.value ?? '']!;

const flags = new WeakMap<OperationDefinitionNode, readonly string[]>();

/** Names of the variables that the flags of an operation read. */
export function flagsOf(document: DocumentNode, operation: OperationDefinitionNode): readonly string[] {
  let names = flags.get(operation);
  if (!names) {
    const found = new Set<string>();
    visit(alone(document, operation), {
      Directive(node) {
        for (const { value } of isFlag(node) ? (node.arguments ?? []) : []) if (value.kind === Kind.VARIABLE) found.add(value.name.value);
      },
    });
    flags.set(operation, (names = [...found]));
  }
  return names;
}

/** The document with what its flags leave in it. @throws where a flag is null. */
function withoutFlags(document: DocumentNode, variables: Variables): DocumentNode {
  const holds = ({ name, arguments: [flag] = [] }: DirectiveNode): boolean => {
    const value = flag && valueFromAST(flag.value, GraphQLBoolean, variables);
    if (typeof value !== 'boolean') throw new TypeError('a flag is neither true nor false');
    return value === (name.value === 'include');
  };
  const enter = <Node extends SelectionNode>(node: Node) => {
    if (!node.directives?.length) return undefined;
    // All of them are read: one that is null is an error beside another that leaves the field out.
    return node.directives.filter(isFlag).map(holds).every(Boolean) ? { ...node, directives: [] } : null;
  };
  return visit(document, { Field: enter, FragmentSpread: enter, InlineFragment: enter });
}

/**
 * Whether the answer's keys confuse graphql-jit: one that means something in an object literal; or keys with `_`, with which it joins the
 * keys of a path to the name under which it keeps what a resolver is told of its field. Two paths cannot have one name if no key begins, or
 * none ends, with another part of a path and `_`.
 */
function hasUnsafeKeys(schema: GraphQLSchema, document: DocumentNode): boolean {
  const keys = new Set<string>();
  visit(document, { Field: ({ alias, name }: FieldNode) => void keys.add((alias ?? name).value) });
  const isPart = (text: string) => keys.has(text) || schema.getType(text) !== undefined || /^idx\d+$/.test(text);
  const cuts = [...keys].flatMap((key) => [...key.matchAll(/_/g)].map(({ index }) => [key.slice(0, index), key.slice(index + 1)] as const));
  return keys.has('__proto__') || (cuts.some(([start]) => isPart(start)) && cuts.some(([, end]) => isPart(end)));
}

interface GivenArgument {
  variable: string;
  type: GraphQLInputType;
  value: ValueNode;
}

/** The document with a variable for each argument, and what the variables stand for. */
function withoutValues(schema: GraphQLSchema, document: DocumentNode): { written: DocumentNode; given: GivenArgument[] } {
  const given: GivenArgument[] = [];
  const typeInfo = new TypeInfo(schema);
  const named = (value: string) => ({ kind: Kind.NAME, value }) as const;
  const variableOf = (name: string) => ({ kind: Kind.VARIABLE, name: named(name) }) as const;
  const replaced = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Argument(node) {
        const variable = `argument${given.length}`;
        given.push({ variable, type: typeInfo.getInputType()!, value: node.value });
        return { ...node, value: { ...variableOf(variable), loc: node.value.loc } };
      },
    }),
  );
  const variableDefinitions = given.map(({ variable }) => ({
    kind: Kind.VARIABLE_DEFINITION as const,
    variable: variableOf(variable),
    type: { kind: Kind.NAMED_TYPE as const, name: named(asItIs.name) },
  }));
  const definitions = replaced.definitions.map((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? { ...each, variableDefinitions } : each,
  );
  return { written: { ...replaced, definitions }, given };
}

/** What the arguments are for these variables, as GraphQL's interpreter reads them; undefined where one cannot be read. */
function readArguments(given: readonly GivenArgument[], variables: Variables): Variables | undefined {
  const read: Record<string, unknown> = {};
  for (const { variable, type, value } of given) {
    // An argument whose variable is left out is left out itself, and takes its default.
    if (value.kind === Kind.VARIABLE && !Object.hasOwn(variables, value.name.value)) continue;
    const known = valueFromAST(value, type, variables);
    if (known === undefined) return undefined;
    read[variable] = known;
  }
  return read;
}
