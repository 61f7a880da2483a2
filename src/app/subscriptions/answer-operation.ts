import type { ApolloServer } from '@apollo/server';
import { getOperationAST, GraphQLError, OperationTypeNode, parse } from 'graphql';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Config } from '../../platform/config.js';
import type { Context } from '../../platform/read/context.js';
import type { RequestRecord } from '../log.js';

/** Whether a client asks for a subscription; false also for a document that is wrong, of which Apollo says what. */
export function isSubscription({ query, operationName }: SubscribePayload, { maxTokens }: Pick<Config, 'maxTokens'>): boolean {
  // Apollo keeps documents that it has read: only one that may be a subscription is read here as well.
  if (!/\bsubscription\b/.test(query)) return false;
  try {
    return getOperationAST(parse(query, { maxTokens }), operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
  } catch {
    return false;
  }
}

/** An error in our words, where the library asks for one of GraphQL's. */
export class FormattedError extends GraphQLError {
  constructor(readonly formatted: GraphQLFormattedError) {
    super(formatted.message);
  }
}

/** Answers a query or mutation as one by HTTP is answered, by all that Apollo does with it, and with the same line in the log. */
export async function answerOperation(
  apollo: ApolloServer<Context>,
  { query, variables, operationName }: SubscribePayload,
  contextValue: Context,
  { log, facts }: RequestRecord,
): Promise<FormattedExecutionResult> {
  const started = performance.now();
  const { body, http } = await apollo.executeOperation(
    { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) },
    { contextValue },
  );
  if (body.kind !== 'single') throw new Error('An answer in parts, which the schema does not offer.');
  const ms = Math.round((performance.now() - started) * 10) / 10;
  log.info({ method: 'WebSocket', path: '/graphql', status: http.status ?? 200, ms, ...facts }, 'request');
  return body.singleResult;
}
