/** The turn of a request did not come in time. */
export class QueueTimeout extends Error {
  override name = 'QueueTimeout';
  constructor(readonly record: string) {
    super(`Waited too long for earlier requests about ${record}.`);
  }
}

/** How errors and turns name the record that a reference means, as the caller wrote it: `the Process "load"`, `the Run "load" 7`. */
export const recordOf = (type: string, ref: object): string =>
  [
    `the ${type}`,
    ...Object.values(ref)
      .filter((value) => typeof value === 'string' || typeof value === 'number')
      .map((value) => JSON.stringify(value)),
  ].join(' ');

/**
 * Lets work on the same record run one after the other, in the order of arrival. Whoever waits here holds no database connection, so that a record
 * that everyone wants, or that another client keeps locked, takes one connection and not all of them. Rules do not depend on it: other servers and
 * clients are kept apart by the locks of the database.
 */
export class RecordQueues {
  /** The end of the line for each record. */
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs `work` when all earlier work on these records has ended. All places are taken at the same instant, so no two calls can wait for each other.
   * @throws QueueTimeout, naming a record, if the turn does not come within `patienceMs` (0: no limit)
   */
  async take<T>(records: readonly string[], patienceMs: number, work: () => Promise<T>): Promise<T> {
    if (!records.length) return work();
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const before = [...new Set(records)].flatMap((record) => {
      const last = this.#last.get(record);
      // Whoever gives up must not let the next one pass those who are still at work.
      const end: Promise<unknown> = Promise.all([last, left]).then(() => {
        if (this.#last.get(record) === end) this.#last.delete(record);
      });
      this.#last.set(record, end);
      return last ? [{ record, last }] : [];
    });
    try {
      if (before.length) await inTime(before, patienceMs);
      return await work();
    } finally {
      leave();
    }
  }
}

async function inTime(before: { record: string; last: Promise<unknown> }[], patienceMs: number): Promise<void> {
  const waiting = new Set(before.map(({ record }) => record));
  const turn = Promise.all(before.map(({ record, last }) => last.then(() => waiting.delete(record))));
  if (!patienceMs) return void (await turn);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const [record] = waiting;
      reject(new QueueTimeout(record!));
    }, patienceMs);
  });
  try {
    await Promise.race([turn, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
