import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { defaultTypeResolver, isAbstractType } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { requests } from '../log.js';
import { answerError } from './apollo-errors.js';
import { compileQuery, flagsOf, type Compiled, type Variables } from './compile-query.js';

/** Compiled queries that are kept: the least recently used goes first. */
const keptQueries = 500;
/** A query is compiled when it comes again: one that is asked once would pay for compiling and leave code behind. */
const compiledFrom = 2;

interface Entry {
  asked: number;
  /** Null where the query does not compile: it is left to the interpreter. */
  compiled?: Compiled | null;
}

/** The compiled form of queries that came before, one for each combination of their flags. Exported for its test. */
export class CompiledQueries {
  readonly #entries = new Map<string, Entry>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly kept = keptQueries,
    readonly from = compiledFrom,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get(hash: string, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): Compiled | null {
    const key = keyOf(hash, document, operation, variables);
    const entry = this.#entries.get(key) ?? { asked: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.kept) this.#entries.delete(this.#entries.keys().next().value!);
    if (++entry.asked < this.from) return null;
    if (entry.compiled === undefined) entry.compiled = this.#compile(document, operation, variables);
    return entry.compiled;
  }

  /** From now on this query is left to the interpreter. */
  giveUp(hash: string, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): void {
    this.#entries.set(keyOf(hash, document, operation, variables), { asked: 0, compiled: null });
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): Compiled | null {
    try {
      return compileQuery(this.schema, document, operation, variables);
    } catch {
      return null;
    }
  }
}

const keyOf = (hash: string, document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): string =>
  [hash, operation.name?.value ?? '', ...flagsOf(document, operation).map((flag) => variables[flag])].join(' ');

/**
 * What a type resolver throws behind an asynchronous field escapes a compiled query: the request would hang, and the rejection that nobody
 * handles would end the process. So it answers "no type", which is an error of the field in both ways of execution.
 */
function keepTypeErrorsInside(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type)) continue;
    const resolveType = type.resolveType ?? defaultTypeResolver;
    type.resolveType = (value, context, info, abstractType = type) => {
      try {
        const name = resolveType(value, context, info, abstractType);
        if (name instanceof Promise) name.catch(() => undefined);
        return name;
      } catch (error) {
        requests.getStore()?.log.error({ err: error }, `the type of a ${type.name} cannot be told`);
        return undefined;
      }
    };
  }
}

/** Executes queries in compiled form (graphql-jit). What it cannot do is left to GraphQL's interpreter, as are mutations and introspection. */
export function jitPlugin(schema: GraphQLSchema, from = compiledFrom): ApolloServerPlugin {
  const queries = new CompiledQueries(schema, keptQueries, from);
  keepTypeErrorsInside(schema);
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ operation, document, queryHash, request, contextValue, source }) {
          if (operation?.operation !== 'query' || /\b__(schema|type)\b/.test(source ?? '')) return null;
          const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {}, { maxErrors: 1 });
          if (!coerced) return null; // The interpreter says what is wrong with which variable.
          const hash = queryHash ?? source ?? '';
          const query = queries.get(hash, document, operation, coerced);
          let result: ExecutionResult | undefined;
          try {
            result = await query?.(contextValue, coerced);
          } catch {
            // Some mistakes escape instead of becoming an error of their field. Only queries come here, so that the interpreter may run
            // it again and say what is wrong.
            queries.giveUp(hash, document, operation, coerced);
          }
          if (!result) return null;
          const { data, errors } = result;
          const singleResult = errors?.length ? { errors: errors.map((error) => answerError(error, schema)), data } : { data };
          return { http: { status: undefined, headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
        },
      };
    },
  };
}
