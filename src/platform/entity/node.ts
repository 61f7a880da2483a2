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
    default: 'current_timestamp',
    doc: 'Time at which the record was created. For records of a Python client: the time at which that client started.',
  })
  createdAt!: string;

  @Whole('created_by', { default: '0' })
  createdById!: number;

  @InstantColumn('update_date_time', { default: 'current_timestamp', doc: 'Time of the last change.' })
  updatedAt!: string;

  @Whole('updated_by', { default: '0' })
  updatedById!: number;

  @Whole('row_version', { default: '1', doc: 'Version of the record; each change adds one.' })
  rowVersion!: number;
}
