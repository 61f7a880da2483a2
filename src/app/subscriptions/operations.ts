import { getOperationAST, GraphQLError, parse, specifiedRules, subscribe, validate } from 'graphql';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Config } from '../../platform/config.js';
import type { Context } from '../../platform/read/context.js';
import { conflict, invalid } from '../../platform/errors.js';
import { FormattedError } from './answer-operation.js';
import { checkCost, costOf, documentLimits } from '../execution/limits.js';
import { requests, type RequestRecord } from '../log.js';
import { answerError } from '../execution/apollo-errors.js';
import type { StoreState } from '../store/migrate.js';
import { asError, messageOf } from '../../platform/text-at.js';

/** What a client asks for, as it came. */
export interface Asked {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

/**
 * Checks a subscription, with the same limits as other operations. Queries and mutations pass Apollo: by POST, or by WebSocket.
 * Answers what is to be run, or what is wrong with it.
 */
export function prepare(
  asked: Asked,
  schema: GraphQLSchema,
  config: Config,
  state: StoreState,
  contextValue: Context,
): ExecutionArgs | GraphQLError[] {
  try {
    const checked = check(asked, schema, config, state);
    return Array.isArray(checked) ? checked : { ...checked, schema, contextValue };
  } catch (error) {
    return [asGraphQLError(error)];
  }
}

export const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError(messageOf(error), { originalError: asError(error) });

/** The context that `prepare` has put there. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library does not know its type.
export const contextOf = (args: ExecutionArgs): Context => args.contextValue as Context;

/** Names the mistake of a caller as Apollo would. */
function named(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  return error;
}

function check({ query, variables, operationName }: Asked, schema: GraphQLSchema, config: Config, state: StoreState) {
  if (typeof query !== 'string') throw invalid('`query` is missing or not a text.', { argument: 'query' });
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables)))
    throw invalid('variables must be an object.', { argument: 'variables' });
  if (operationName != null && typeof operationName !== 'string')
    throw invalid('`operationName` must be a text.', { argument: 'operationName' });
  let document;
  try {
    document = parse(query, { maxTokens: config.maxTokens });
  } catch (error) {
    throw named(asGraphQLError(error), 'GRAPHQL_PARSE_FAILED');
  }
  const mistakes = validate(schema, document, [...specifiedRules, documentLimits(config)]);
  if (mistakes.length) return mistakes.map((each) => named(each, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(document, operationName);
  if (!operation) throw invalid('The document has no such operation, or several and no `operationName`.', { argument: 'operationName' });
  if (operation.operation !== 'subscription')
    throw invalid(`Subscriptions come this way; send a ${operation.operation} to /graphql, by POST or by WebSocket.`, {
      argument: 'query',
      value: operation.operation,
      allowed: 'subscription',
    });
  if (state.kind === 'read-only' && state.untouched)
    throw conflict(`The store keeps no history yet, so there are no changes to tell. Run \`npm run setup\` on the server's machine.`, {
      reason: state.reason,
      command: 'npm run setup',
    });
  const variableValues = { ...(typeof variables === 'object' ? variables : {}) };
  const spent = costOf(schema, document, operation, variableValues);
  if (spent !== undefined) checkCost(spent, config.maxCost, schema, document, operation, variableValues);
  return { document, variableValues, operationName };
}

type Results = AsyncGenerator<ExecutionResult, void, void>;

/** Runs what `prepare` has checked. `count` counts it, until its answer is called, or throws. */
export async function run(args: ExecutionArgs, count: () => () => void): Promise<Results | ExecutionResult> {
  const record = requests.getStore();
  const started = Date.now();
  let events = 0;
  let uncount: (() => void) | undefined;
  const end = () => {
    if (!uncount) return;
    uncount();
    uncount = undefined;
    const { actor } = contextOf(args);
    record?.log.info({ actor, name: args.operationName ?? undefined, ms: Date.now() - started, events }, 'subscription ended');
  };
  try {
    uncount = count();
    const results = await subscribe(args);
    if (!(Symbol.asyncIterator in results)) {
      uncount();
      return results;
    }
    const counted: Results = {
      async next() {
        try {
          const result = await results.next();
          if (result.done) end();
          else events++;
          return result;
        } catch (error) {
          end();
          throw error;
        }
      },
      return() {
        end();
        return results.return();
      },
      throw(error) {
        end();
        return results.throw(error);
      },
      [Symbol.asyncIterator]() {
        return counted;
      },
      async [Symbol.asyncDispose]() {
        await counted.return();
      },
    };
    return counted;
  } catch (error) {
    uncount?.();
    return { errors: [asGraphQLError(error)] };
  }
}

/** The errors of an answer in our words. */
export const told = (errors: readonly unknown[], schema: GraphQLSchema, record: RequestRecord): GraphQLFormattedError[] =>
  requests.run(record, () => errors.map((error) => (error instanceof FormattedError ? error.formatted : answerError(error, schema))));

/** A result with its errors in our words. */
export function answered({ errors, ...rest }: ExecutionResult, schema: GraphQLSchema, record: RequestRecord): FormattedExecutionResult {
  return errors ? { errors: told(errors, schema, record), ...rest } : rest;
}
