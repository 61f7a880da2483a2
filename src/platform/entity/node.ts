import { Entity } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, InterfaceType } from 'type-graphql';
import { InstantColumn, Whole } from './columns.js';

/** What every plain row of a stored concept has: its number, and the type it stands for where an interface or union needs it. */
export interface Row {
  id: number;
  __typename?: string;
  [property: string]: unknown;
}

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
  readonly trackingId!: number;

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
