import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { answerError } from './apollo-errors.js';

/** Compiled queries that are kept: the least recently used goes first. */
const keptQueries = 500;
/** A query is compiled when it comes again: one that is asked once would pay for compiling and leave code behind. */
const compiledFrom = 2;

interface Entry {
  asked: number;
  /** Null where the query does not compile: it is left to the interpreter. */
  compiled?: CompiledQuery['query'] | null;
}

/** The compiled form of queries that came before. Exported for its test. */
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

  get(hash: string, document: DocumentNode, operationName: string | undefined): CompiledQuery['query'] | null {
    const key = `${hash} ${operationName ?? ''}`;
    const entry = this.#entries.get(key) ?? { asked: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.kept) this.#entries.delete(this.#entries.keys().next().value!);
    if (++entry.asked < this.from) return null;
    if (entry.compiled === undefined) entry.compiled = this.#compile(document, operationName);
    return entry.compiled;
  }

  /** From now on this query is left to the interpreter. */
  giveUp(hash: string, operationName: string | undefined): void {
    this.#entries.set(`${hash} ${operationName ?? ''}`, { asked: 0, compiled: null });
  }

  #compile(document: DocumentNode, operationName: string | undefined): CompiledQuery['query'] | null {
    try {
      const compiled = compileQuery(this.schema, document, operationName);
      return isCompiledQuery(compiled) ? compiled.query : null;
    } catch {
      return null;
    }
  }
}

/** Executes queries in compiled form (graphql-jit). What it cannot do is left to GraphQL's interpreter, as are mutations and introspection. */
export function jitPlugin(schema: GraphQLSchema, from = compiledFrom): ApolloServerPlugin {
  const queries = new CompiledQueries(schema, keptQueries, from);
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ operation, document, queryHash, request, contextValue, source }) {
          if (operation.operation !== 'query' || /\b__(schema|type)\b/.test(source ?? '')) return null;
          const hash = queryHash ?? source ?? '';
          const query = queries.get(hash, document, request.operationName);
          if (!query) return null;
          let result: ExecutionResult;
          try {
            result = (await query(undefined, contextValue, request.variables ?? {})) as ExecutionResult;
          } catch {
            // Some mistakes of a schema (an interface without its type) escape instead of becoming an error of their field. Only queries
            // come here, so that the interpreter may run it again and say what is wrong.
            queries.giveUp(hash, request.operationName);
            return null;
          }
          const { data, errors } = result;
          if (errors && data === undefined) return null; // The variables do not fit: the interpreter has the better words.
          const singleResult = errors?.length ? { errors: errors.map((error) => answerError(error, schema)), data } : { data };
          return { http: { status: undefined, headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
        },
      };
    },
  };
}
