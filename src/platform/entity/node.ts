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
  description: 'Anything that has an id of its own and can be fetched again by `node(id:)`.',
  resolveType: (row: Row) => row.__typename,
})
export abstract class Node {
  @Field(() => ID, { name: 'id', description: 'Opaque global id: valid for `node(id:)` and wherever an id is asked for.' })
  readonly globalId!: string;
}

/** ProcessTracker's four audit columns and our row version: on every table. */
@InterfaceType('Audited', {
  description: 'What the store knows of the making and changing of a row.',
  resolveType: (row: Row) => row.__typename,
})
@Entity({ abstract: true })
export abstract class Audited {
  @Field(() => Int, { description: "ProcessTracker's number of the row: the primary key that its other clients use." })
  readonly databaseId!: number;

  @InstantColumn('created_date_time', {
    default: 'current_timestamp',
    doc: 'When the row was made. Rows made by a Python client carry the moment that client was started.',
  })
  createdAt!: string;

  @Whole('created_by', { default: '0' })
  createdById!: number;

  @InstantColumn('update_date_time', { default: 'current_timestamp', doc: 'When the row was last changed.' })
  updatedAt!: string;

  @Whole('updated_by', { default: '0' })
  updatedById!: number;

  @Whole('row_version', { default: '1', doc: 'Raised by one with each change of the row.' })
  rowVersion!: number;
}
