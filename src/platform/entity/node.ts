import { Entity } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, InterfaceType } from 'type-graphql';
import { InstantColumn, Whole } from './columns.js';

/**
 * A plain row of an entity: its number, the columns `P` (all, if left out) as the properties declare them, and the type it stands for where an
 * interface or union needs it. A field's resolver says which columns it stands on: its row may have been read without the others.
 */
export type Row<E = object, P extends keyof E & string = keyof E & string> = { id: number; __typename?: string } & {
  [C in keyof E as C extends 'id' | 'globalId' | 'databaseId' ? never : C & P]: E[C];
};

@InterfaceType('Node', {
  description: 'A record with a global id, by which `node(id:)` and `nodes(ids:)` find it.',
  resolveType: (row: Row) => row.__typename,
})
export abstract class Node {
  @Field(() => ID, { name: 'id', description: 'Opaque global id, accepted wherever an argument takes an id.' })
  readonly globalId!: string;
}

/** The actor and the time of a write, as PostgreSQL writes these expressions: what a trigger sets costs each row more. */
const caller = `COALESCE((NULLIF(current_setting('waybill.actor_id'::text, true), ''::text))::integer, 0)`;
const present = `COALESCE((NULLIF(current_setting('waybill.now'::text, true), ''::text))::timestamp with time zone, statement_timestamp())`;

/** ProcessTracker's four audit columns and our row version: on every table. */
@InterfaceType('Audited', {
  description: 'Audit data of a record: when and by whom it was created and changed.',
  resolveType: (row: Row) => row.__typename,
})
@Entity({ abstract: true })
export abstract class Audited {
  @Field(() => Int, { description: "ProcessTracker's number of the record: the primary key that its Python clients use." })
  readonly databaseId!: number;

  @InstantColumn('created_date_time', {
    default: present,
    doc: 'Time at which the record was created. For records of a Python client: the time at which that client started.',
  })
  createdAt!: string;

  @Whole('created_by', { default: caller })
  createdById!: number;

  @InstantColumn('update_date_time', { default: present, doc: 'Time of the last change.' })
  updatedAt!: string;

  @Whole('updated_by', { default: caller })
  updatedById!: number;

  @Whole('row_version', { default: '1', doc: 'Version of the record; each change adds one.' })
  rowVersion!: number;
}
