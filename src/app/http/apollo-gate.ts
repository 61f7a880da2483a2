import type { ApolloServerPlugin } from '@apollo/server';
import type { Config } from '../../platform/config.js';
import type { Context } from '../../platform/read/context.js';
import { conflict, forbidden, Unavailable } from '../../platform/errors.js';
import { checkCost, costOf } from '../execution/limits.js';
import { requests } from '../log.js';
import { holdUnsent, prepareAnswer } from '../execution/large-answers.js';
import { answerError, retryAfterOf, statusOf } from '../execution/apollo-errors.js';
import type { StoreState } from '../store/migrate.js';

/**
 * What is decided about an operation between its validation and its execution: whether the caller may write, whether the store takes
 * writes, what it may cost. And afterwards: the answer's cost and HTTP status.
 */
export function gatePlugin(limits: Pick<Config, 'maxCost'>, state: () => StoreState): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      let spent: number | undefined;
      return {
        async didResolveOperation({ operation, document, schema, request, contextValue }) {
          const facts = requests.getStore()?.facts;
          if (!operation) return;
          if (facts) Object.assign(facts, { operation: operation.operation, name: operation.name?.value });
          if (operation.operation === 'mutation') checkWritable(contextValue, state());
          spent = costOf(schema, document, operation, request.variables ?? {});
          if (facts) facts.cost = spent;
          if (spent === undefined) return;
          checkCost(spent, limits.maxCost, schema, document, operation, request.variables ?? {});
          if (operation.operation === 'query') await prepareAnswer(contextValue, spent, request.variables, schema, document);
        },

        async willSendResponse({ response, contextValue, schema, operation }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          const { large } = contextValue;
          const record = requests.getStore();
          if (large) {
            large.end();
            large.fillIn(result.data);
            const release = holdUnsent(large);
            if (record && !record.closed) record.release = release;
            else release();
            const errors = large.errors.map((error) => answerError(error, schema));
            if (errors.length) result.errors = [...(result.errors ?? []), ...errors];
          }
          const { passed } = contextValue.budget;
          // What a mutation has changed stays changed, and is answered as far as its types let it.
          if (passed && operation?.operation === 'query') {
            result.data = null;
            result.errors = [{ message: passed.message, extensions: { code: passed.code, ...passed.details } }];
          }
          if (spent !== undefined) result.extensions = { ...result.extensions, cost: { spent, limit: limits.maxCost } };
          const [first] = result.errors ?? [];
          if (!first) return;
          if (record) record.facts.errors = result.errors!.map((error) => error.extensions?.code);

          const retryAfter = retryAfterOf(result.errors!);
          if (retryAfter !== undefined) response.http.headers.set('retry-after', String(retryAfter));

          if (result.data === undefined) {
            // GraphQL over HTTP: a request that could be read and was refused has status 200 as `application/json` (older clients
            // look for errors there only), and its own status as `application/graphql-response+json`. Apollo knows the second alone.
            if (first.extensions?.reason === 'BAD_REQUEST') return;
            response.http.status = statusOf(first);
            if (record) record.refused = response.http.status === 400 || response.http.status === 409;
          } else if (result.errors!.some((error) => error.extensions?.code === 'UNAVAILABLE') && isEmpty(result.data)) {
            response.http.status = 503;
          }
        },
      };
    },
  };
}

const isEmpty = (data: Record<string, unknown> | null | undefined) => !data || Object.values(data).every((value) => value === null);

function checkWritable(caller: Context, state: StoreState): void {
  if (caller.role === 'read')
    throw forbidden(`The key of ${caller.actor} may read, not write.`, { value: caller.role, allowed: ['write', 'admin'] });
  if (state.kind === 'ready') return;
  const { reason, violations, cause, turned } = state;
  if (cause && cause !== 'ROLE' && turned)
    throw new Unavailable(`The store is read-only at present: ${reason} Nothing was changed; try again later.`, { reason: cause }, 5);
  if (cause) throw conflict(`The store is read-only: ${reason}`, { reason: cause });
  throw conflict(`The store is read-only: ${reason} Run \`npm run setup\` on the server's machine.`, {
    reason,
    violations,
    command: 'npm run setup',
  });
}
