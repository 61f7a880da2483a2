import { createRequire } from 'node:module';
import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isLeafType,
  isListType,
  Kind,
  Lexer,
  Source,
  TokenKind,
  typeFromAST,
  TypeInfo,
  ValidationContext,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
  type VariableDefinitionNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { ComplexityEstimator } from 'graphql-query-complexity';
import type { Config } from '../../platform/config.js';
import { introspectionCost } from './introspection-cost.js';

// Its ES modules import a second copy of graphql (`index.mjs`), which does not know the types of ours.
const complexity: typeof import('graphql-query-complexity') = createRequire(import.meta.url)('graphql-query-complexity');
const { createComplexityRule, fieldExtensionsEstimator } = complexity;

/** How many rows of a connection are counted where a query does not say: as many as it answers, but few below another object, where pages are seldom full. */
const assumedRows = 50;
const assumedNestedRows = 5;
/** How many items of a plain list are counted. */
const assumedItems = 10;

/** How often a document may ask for `__schema`: more than that no tool needs. */
const maxSchemas = 1;
/** Objects that introspection may answer: several times the whole schema. */
const maxIntrospection = 50_000;

/** Every refusal names the limit, its value and what was given. */
const refusal = (message: string, limit: string, value: number, max: number, facts: object = {}) =>
  new GraphQLError(message, { extensions: { code: 'INVALID', limit, value, allowed: { max }, ...facts } });

interface Measures {
  schemas: number;
  depth: number;
  aliases: number;
  selections: number;
}

/** Sizes of a document with its fragments written out: linear in the document, however often a fragment is used. */
function measure(document: DocumentNode): Measures {
  const fragments = new Map<string, FragmentDefinitionNode | Measures>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const nothing: Measures = { schemas: 0, depth: 0, aliases: 0, selections: 0 };

  const ofFragment = (name: string): Measures => {
    const known = fragments.get(name) ?? nothing;
    if (!('kind' in known)) return known;
    fragments.set(name, nothing); // A fragment inside itself is refused by GraphQL's own rules.
    const measured = of(known.selectionSet);
    fragments.set(name, measured);
    return measured;
  };
  const of = (set: SelectionSetNode | undefined): Measures => {
    const sum = { ...nothing };
    for (const selection of set?.selections ?? []) {
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : of(selection.selectionSet);
      const field = selection.kind === Kind.FIELD ? selection : undefined;
      const introspection = field?.name.value === '__schema' || field?.name.value === '__type';
      sum.depth = Math.max(sum.depth, field ? 1 + (introspection ? 0 : inner.depth) : inner.depth);
      sum.schemas += inner.schemas + (field?.name.value === '__schema' ? 1 : 0);
      sum.aliases += inner.aliases + (field?.alias ? 1 : 0);
      sum.selections += inner.selections + (field ? 1 : 0);
    }
    return sum;
  };

  const total = { ...nothing };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { schemas, depth, aliases, selections } = of(definition.selectionSet);
    total.schemas += schemas;
    total.depth = Math.max(total.depth, depth);
    total.aliases += aliases;
    total.selections += selections;
  }
  return total;
}

/**
 * A validation rule that must be given beside GraphQL's own, not after them: it comes to the document before they go into it, and
 * where a limit is passed it leaves them an empty document, so that an oversized one costs nothing more.
 */
export const documentLimits =
  (limits: Pick<Config, 'maxDepth' | 'maxAliases' | 'maxSelections'>): ValidationRule =>
  (context) => ({
    Document: {
      enter(document) {
        const { schemas, depth, aliases, selections } = measure(document);
        const refusals = [
          ...(depth > limits.maxDepth
            ? [refusal(`The query nests ${depth} levels deep; the limit is ${limits.maxDepth}.`, 'maxDepth', depth, limits.maxDepth)]
            : []),
          ...(aliases > limits.maxAliases
            ? [refusal(`The query has ${aliases} aliases; the limit is ${limits.maxAliases}.`, 'maxAliases', aliases, limits.maxAliases)]
            : []),
          ...(selections > limits.maxSelections
            ? [
                refusal(
                  `The query selects ${selections} fields, fragments written out; the limit is ${limits.maxSelections}.`,
                  'maxSelections',
                  selections,
                  limits.maxSelections,
                ),
              ]
            : []),
          ...(schemas > maxSchemas
            ? [refusal(`The query selects __schema ${schemas} times; the limit is ${maxSchemas}.`, 'maxSchemas', schemas, maxSchemas)]
            : []),
        ];
        for (const error of refusals) context.reportError(error);
        return refusals.length ? { ...document, definitions: [] } : undefined;
      },
    },
  });

/** Says how many tokens a document has that the parser gave up on, or nothing if it gave up for another reason. */
export function tokenRefusal(error: GraphQLError): GraphQLError | undefined {
  const max = Number(/contains more th\w+ (\d+) tokens/.exec(error.message)?.[1]);
  if (!max || !error.source) return undefined;
  const lexer = new Lexer(new Source(error.source.body));
  let tokens = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens++;
  } catch {
    return undefined; // The rest of it is no GraphQL at all; the parser's own text will do.
  }
  return refusal(`The document has ${tokens} tokens; the limit is ${max}.`, 'maxTokens', tokens, max);
}

/** An estimate of the objects in the answer: a page counts `first` (or `last`), a plain list ten, scalars nothing. What arrives is counted as well. */
const objects: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const result = getNamedType(field.type);
  if (isLeafType(result) || field.name.startsWith('__')) return 0;
  if (field.args.some((argument) => argument.name === 'first'))
    return 1 + Math.max(0, Number(args.first ?? args.last ?? (type.name === 'Query' ? assumedRows : assumedNestedRows))) * childComplexity;
  if (result.name === 'PageInfo' || result.name.endsWith('Edge')) return childComplexity;
  const partOfPage = type.name.endsWith('Connection') || type.name.endsWith('Edge');
  return (1 + childComplexity) * (!partOfPage && isListType(getNullableType(field.type)) ? assumedItems : 1);
};
/** A field may state its own cost: type-graphql's `complexity` of a field. */
const estimators = [fieldExtensionsEstimator(), objects];

/** What an operation cost when it came last: of its variables, numbers, booleans and nulls count; texts and inputs stand for no objects. */
const lastCosts = new WeakMap<OperationDefinitionNode, { variables: string; cost: number }>();

/**
 * What the operation may cost at most, before anything of it runs; undefined where its variables do not fit, which execution reports.
 * @throws GraphQLError where an argument cannot be read, and for more introspection than any tool needs.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number | undefined {
  // What is wrong with them execution says, as far as to a limit: here one mistake is enough, and a list may have very many.
  const read = (definitions: readonly VariableDefinitionNode[]) =>
    getVariableValues(schema, definitions, variables, { maxErrors: 1 }).coerced;
  const all = operation.variableDefinitions ?? [];
  // Input objects hold no size of a page. There may be thousands of them, and execution reads them anyway.
  const sizes = read(all.filter(({ type }) => isLeafType(getNamedType(typeFromAST(schema, type)))));
  if (!sizes) return undefined;
  const counts = (value: unknown) => value === null || typeof value === 'number' || typeof value === 'boolean';
  const counted = JSON.stringify(Object.entries(sizes).map(([name, value]) => [name, counts(value) ? value : 'not counted']));
  const last = lastCosts.get(operation);
  if (last?.variables === counted) return last.cost;
  const coerced = read(all);
  if (!coerced) return undefined;

  const errors: GraphQLError[] = [];
  let cost = 0;
  const context = new ValidationContext(schema, document, new TypeInfo(schema), (error) => errors.push(error));
  const rule = createComplexityRule({
    maximumComplexity: Infinity,
    maxQueryNodes: Infinity,
    estimators,
    variables,
    onComplete: (total) => (cost = total),
  });
  // Called for the one operation, not sent through the whole document with `visit`: this runs with every request.
  const visitor = rule(context) as { OperationDefinition: Record<'enter' | 'leave', (node: OperationDefinitionNode) => void> };
  visitor.OperationDefinition.enter.call(visitor, operation);
  visitor.OperationDefinition.leave.call(visitor, operation);
  if (errors.length) throw errors[0]!;
  const introspection = introspectionCost(schema, document, operation, coerced, maxIntrospection);
  if (introspection > maxIntrospection)
    throw refusal(
      `The introspection could return more than ${maxIntrospection} objects, which is the limit.`,
      'maxIntrospection',
      introspection,
      maxIntrospection,
    );
  cost += introspection;
  lastCosts.set(operation, { variables: counted, cost });
  return cost;
}

/** The field of an operation that costs the most, by the name that it has in the answer; undefined for one in a fragment. */
function costliest(...[schema, document, operation, variables]: Parameters<typeof costOf>): string | undefined {
  let most = 0;
  let found: string | undefined;
  for (const selection of operation.selectionSet.selections) {
    const own = { ...operation, selectionSet: { ...operation.selectionSet, selections: [selection] } };
    const cost = costOf(schema, document, own, variables) ?? 0;
    if (cost <= most) continue;
    most = cost;
    found = selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : undefined;
  }
  return found;
}

/** @throws INVALID where the operation, of this cost, is above the limit. */
export function checkCost(cost: number, max: number, ...asked: Parameters<typeof costOf>): void {
  if (cost <= max) return;
  const field = costliest(...asked);
  throw refusal(
    `The answer could hold ${cost} objects; the limit is ${max}. ${field ? `\`${field}\` costs the most. ` : ''}Ask for smaller pages (\`first\`) or fewer levels.`,
    'maxCost',
    cost,
    max,
    field ? { field } : {},
  );
}
