import { invalid, type DomainError } from '../errors.js';

/**
 * How many rows of lists, and nodes of traversals, the answer to one request may still have. The cost of an operation is an estimate, made before it runs, in which a nested
 * list counts few rows where the query does not say how many: what arrives in fact is counted here.
 */
export class RowBudget {
  #left: number;
  /** The error of a request that has passed the limit: the whole of its answer. */
  passed: DomainError | undefined;

  constructor(readonly limit: number) {
    this.#left = limit;
  }

  /** How many rows more a statement may read: one of them too many. */
  get next(): number {
    return this.#left + 1;
  }

  /** Counts rows that have arrived. @throws INVALID once they are more than the limit, and for whatever is asked afterwards */
  take(rows: number): void {
    this.#left -= rows;
    if (this.#left >= 0) return;
    throw (this.passed ??= invalid(
      `The answer holds more than ${this.limit} rows, which is the limit: nothing of it is sent. Ask for smaller pages (\`first\`) or fewer levels.`,
      { limit: 'maxCost', allowed: { max: this.limit } },
    ));
  }

  /** Begins anew: for the next event of a subscription. */
  reset(): void {
    this.#left = this.limit;
    this.passed = undefined;
  }
}
