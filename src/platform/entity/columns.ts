import { ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityName } from '@mikro-orm/core';
import { Field, Float, Int } from 'type-graphql';
import { DateTime, BigIntText, Decimal } from './scalars.js';

/**
 * Column decorators: one line states a column of the store and, where it has a description, the GraphQL field of the same name.
 * The first argument is always ProcessTracker's (or our own) column name, which docs/store.md lists.
 * Nullability is never inferred: it is `nullable: true` or the column is NOT NULL.
 */
export interface ColumnOptions {
  nullable?: boolean;
  /** Description of the GraphQL field. Without one the column is stored but not shown. */
  doc?: string;
  /** SQL text of the column's default. */
  default?: string;
  /** The type of the GraphQL field where it is not that of the column, such as an enum of the values stored; of its conditions, too. */
  as?: () => object;
  /** What readers see instead of the column itself, as SQL of it, and whether that may be null. */
  shownAs?: { sql: (column: string) => string; nullable: boolean };
  /** Statements of their own use the column; readers of rows do not get it. */
  unread?: boolean;
}

/** A column that the API shows: its GraphQL type, and whether readers may find nothing in it. */
interface ShownColumn {
  type: unknown;
  nullable: boolean;
}

const described = new Map<unknown, Map<string, ShownColumn>>();

/** The columns that this very class (none of its parents) shows, by property. Callers can filter by them. */
export const shownColumns = (entity: unknown): ReadonlyMap<string, ShownColumn> => described.get(entity) ?? new Map();

const shown = new Map<unknown, Map<string, (column: string) => string>>();

/** The SQL by which readers see a property's column, where it is not the column itself. */
export const readingOf = (entity: unknown, property: string): ((column: string) => string) | undefined => shown.get(entity)?.get(property);

const unread = new Map<unknown, Set<string>>();

/** Whether rows that are read come without this property. */
export const isUnread = (entity: unknown, property: string): boolean => !!unread.get(entity)?.has(property);

/** ProcessTracker says "never" by the year 1900; readers are told null. */
export const never = { sql: (column: string) => `nullif(${column}, '1900-01-01')`, nullable: true as const };

interface Held {
  string: string;
  number: number;
  boolean: boolean;
}

type Kind<R extends keyof Held = keyof Held> = { columnType: string; runtime: R; graphql: () => object; collation?: string };

/** The decorator of a column in which a row holds a `T`. The property must be declared so, or narrower, and null exactly where the row may hold null. */
export type Column<T> = (<K extends string, E extends Record<K, T>>(
  target: E,
  property: null extends T ? (null extends E[K] ? K : never) : K,
) => void) & {
  readonly holds?: T;
};
type ColumnDecorator = (target: object, property: string) => void;

const kinds = {
  text: { columnType: 'text', runtime: 'string', graphql: () => String, collation: 'C' },
  int: { columnType: 'int', runtime: 'number', graphql: () => Int },
  bigint: { columnType: 'bigint', runtime: 'string', graphql: () => BigIntText },
  numeric: { columnType: 'numeric', runtime: 'string', graphql: () => Decimal },
  float: { columnType: 'double precision', runtime: 'number', graphql: () => Float },
  boolean: { columnType: 'boolean', runtime: 'boolean', graphql: () => Boolean },
  /** Instants of our own: with time zone. */
  instant: { columnType: 'timestamptz(6)', runtime: 'string', graphql: () => DateTime },
  /** ProcessTracker's times without zone, in the time zone of the store. */
  localTime: { columnType: 'timestamp(6)', runtime: 'string', graphql: () => DateTime },
} satisfies Record<string, Kind>;

function decorate(kind: Kind, name: string, options: ColumnOptions): ColumnDecorator {
  return (target: object, property: string) => {
    Property({
      fieldName: name,
      type: kind.runtime,
      columnType: kind.columnType,
      nullable: options.nullable ?? false,
      ...(kind.collation ? { collation: kind.collation } : {}),
      ...(options.default === undefined ? {} : { defaultRaw: options.default }),
    })(target, property);
    if (options.shownAs) {
      const ofClass = shown.get(target.constructor) ?? new Map<string, (column: string) => string>();
      shown.set(target.constructor, ofClass.set(property, options.shownAs.sql));
    }
    if (options.unread) unread.set(target.constructor, (unread.get(target.constructor) ?? new Set()).add(property));
    if (!options.doc) return;
    const nullable = options.shownAs?.nullable ?? options.nullable ?? false;
    const ofClass = described.get(target.constructor) ?? new Map<string, ShownColumn>();
    described.set(target.constructor, ofClass.set(property, { type: (options.as ?? kind.graphql)(), nullable }));
    Field(options.as ?? kind.graphql, { nullable, description: options.doc })(target, property);
  };
}

const column =
  <R extends keyof Held>(kind: Kind<R>) =>
  <Stored extends boolean = false, Shown extends boolean = Stored>(
    name: string,
    options: ColumnOptions & { nullable?: Stored; shownAs?: { nullable: Shown } } = {},
  ): Column<Held[R] | (Shown extends true ? null : never)> =>
    decorate(kind, name, options);

export const Text = column(kinds.text);
export const Whole = column(kinds.int);
export const Big = column(kinds.bigint);
export const Numeric = column(kinds.numeric);
export const Flag = column(kinds.boolean);
export const InstantColumn = column(kinds.instant);
export const LocalTime = column(kinds.localTime);

/** Any other column, by its SQL type: stored, not shown. */
export const Stored = (name: string, columnType: string, options: ColumnOptions = {}): ColumnDecorator =>
  decorate({ columnType, runtime: 'string', graphql: () => String }, name, options);

const keyed = new Set<unknown>();

/** Whether the rows of an entity have a number of their own, and so a global id. */
export const hasKey = (entity: unknown): boolean => keyed.has(entity);

/** A surrogate key: an identity column (by default) whose sequence has ProcessTracker's name, `<table>_<column>_seq`. */
export const Key =
  (name: string): Column<number> =>
  (target, property) => {
    keyed.add(target.constructor);
    PrimaryKey({ fieldName: name, type: 'number', columnType: 'int', generated: 'by default as identity' })(target, property);
  };

export interface ReferenceOptions {
  nullable?: boolean;
  primary?: boolean;
  default?: string;
  /** What happens to this row when the row it points to goes. ProcessTracker's own keys refuse (the default here). */
  onDelete?: 'cascade' | 'no action' | 'set null';
}

/** A foreign key, held as the number of the row it points to. */
export const Reference = <Nullable extends boolean = false>(
  to: () => EntityName,
  name: string,
  options: ReferenceOptions & { nullable?: Nullable } = {},
): Column<number | (Nullable extends true ? null : never)> =>
  ManyToOne({
    entity: to,
    fieldName: name,
    mapToPk: true,
    nullable: options.nullable ?? false,
    primary: options.primary ?? false,
    deleteRule: options.onDelete ?? 'no action',
    updateRule: 'no action',
    ...(options.default === undefined ? {} : { defaultRaw: options.default }),
  });

/** Other clients' rows may lack a name; readers are told an empty one. */
export const emptyIfNull = { sql: (column: string) => `coalesce(${column}, '')`, nullable: false as const };
