import type { DataType, Row } from './read-table.js';

/** What is wrong with the data that a process reads. */
export class DataError extends Error {
  override name = 'DataError';
}

/** What a process of the example reads: a file or the table of another process, as a whole or some of its columns. */
interface Reading {
  from: string;
  columns?: string[];
  /** Other names under which it reads some of them. */
  aliases?: Record<string, string>;
}

/**
 * A condition on the rows of one table that it reads. Those of a group hold together, of the groups (1 if not said) one is enough; a process
 * with several groups has them all on one table.
 */
export interface Condition {
  from: string;
  column: string;
  operator: 'eq' | 'gte' | 'in';
  value: string | number | string[];
  group?: number;
}

/** Says which column that it reads feeds which that it writes. */
interface Mapping {
  from: string;
  column: string;
  to: string;
  transformation: 'identity' | 'transformation' | 'aggregation';
  expression?: string;
}

export interface Process {
  name: string;
  type: 'Load' | 'Transform' | 'Publish';
  tool: string;
  scheduleFrequency: 'daily' | 'weekly' | 'annually';
  description: string;
  contacts: { name: string; email?: string; role: string }[];
  reads: Reading[];
  filters?: Condition[];
  /** The table that it writes: where it lies, what it holds, what identifies a row, and its columns. */
  writes: { source: string; object: string; holds: string; key: string[]; columns: Record<string, DataType> };
  mappings: Mapping[];
  /**
   * Makes the rows that it writes of those that it reads: given in the order of `reads`, chosen by its filters, under its aliases.
   * @throws DataError where the data is not such that it can
   */
  derive: (...tables: Row[][]) => Row[];
}

/** Columns that go into the new table unchanged, some under another name. */
export const copied = (from: string, ...columns: (string | [column: string, to: string])[]): Mapping[] =>
  columns.map((each) => {
    const [column, to] = typeof each === 'string' ? [each, each] : each;
    return { from, column, to, transformation: 'identity' };
  });

export const sum = (rows: Row[], column: string): number => rows.reduce((total, row) => total + Number(row[column]), 0);
export const rounded = (value: number): number => Math.round(value * 10) / 10;
