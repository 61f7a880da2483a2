import { parse, subscribe, type ExecutionResult } from 'graphql';
import { createContext } from '../../src/platform/read/context.js';
import type { Database } from '../../src/platform/database.js';
import type { Api } from './api.js';

export interface Told {
  cursor: string;
  event: { id: string; subjectKind: string; subjectName: string; field: string; from: string | null; to: string | null };
  subject?: Record<string, unknown> | null;
}

/** The number of the event with this global id. */
export const eventNumber = (id: string): string => Buffer.from(id, 'base64url').toString().replace('StatusEvent:', '');

export interface Listening {
  /** The next change. */
  next(): Promise<Told>;
  take(count: number): Promise<Told[]>;
  /** What has come when nothing more comes for `ms`; for the first `expected` it waits longer, as a machine may be busy. */
  rest(expected?: number, ms?: number): Promise<Told[]>;
  leave(): Promise<void>;
}

export const changesQuery = (args = '', more = '') =>
  `subscription { changes${args && `(${args})`} { cursor event { id subjectKind subjectName field from to } ${more} } }`;

/** Short, as `name field: from → to`. */
export const short = ({ event: { subjectName, field, from, to } }: Told): string => `${subjectName} ${field}: ${from} → ${to}`;

/**
 * Waits until nothing that is committed comes again after a new `changesCursor`, as it does while an older transaction is running, in any
 * database of the server: another test file may have one.
 */
export async function untilSettled(api: Api): Promise<void> {
  const unsettled = `select from status_event where transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) limit 1`;
  while ((await api.sql(unsettled)).length) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Subscribes on the schema itself, as a server with this database would. @throws what the subscription is refused with */
export async function listen(api: Api, args = '', more = '', db: Database = api.db): Promise<Listening> {
  const results = await subscribe({
    schema: api.schema,
    document: parse(changesQuery(args, more)),
    contextValue: createContext(db, { actor: 'tester', role: 'read' }, 'test'),
  });
  if (!(Symbol.asyncIterator in results)) throw results.errors![0]!.originalError ?? results.errors![0]!;
  let asked: Promise<IteratorResult<ExecutionResult>> | undefined;
  const next = async () => {
    const { value, done } = await (asked ??= results.next());
    asked = undefined;
    if (done) throw new Error('The subscription has ended.');
    const { data, errors } = value as ExecutionResult<{ changes: Told }>;
    if (errors) throw errors[0]!;
    return data!.changes;
  };
  return {
    next,
    async take(count) {
      const all: Told[] = [];
      while (all.length < count) all.push(await next());
      return all;
    },
    async rest(expected = 0, ms = 400) {
      const all: Told[] = [];
      for (;;) {
        let timer: NodeJS.Timeout | undefined;
        const nothing = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, all.length < expected ? 60_000 : ms, undefined)));
        asked ??= results.next();
        const come = await Promise.race([asked, nothing]);
        clearTimeout(timer);
        if (!come) return all;
        all.push(await next());
      }
    },
    async leave() {
      await results.return();
      await asked;
    },
  };
}
