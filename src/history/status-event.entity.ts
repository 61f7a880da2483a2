import { Entity, Index, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../platform/entity/node.js';
import { allowLargeIds } from '../platform/entity/ids.js';
import { hideRows } from '../platform/entity/rows.js';
import { SubjectKind } from './subject-kind.js';
import { Big, InstantColumn, Stored, Text } from '../platform/entity/columns.js';

export enum EventOrigin {
  API = 'api',
  SQL = 'sql',
  SWEEPER = 'sweeper',
  SETUP = 'setup',
}
registerEnumType(EventOrigin, {
  name: 'EventOrigin',
  description: 'Way by which a change was made.',
  valuesConfig: {
    API: { description: 'By this API.' },
    SQL: { description: 'By SQL of another client.' },
    SWEEPER: { description: 'By the server itself, which ends expired leases and claims.' },
    SETUP: { description: 'By the set-up of the store.' },
  },
});

/** Written by triggers only; there is no foreign key to the subject, because history outlives a deleted row. */
@ObjectType('StatusEvent', {
  implements: Node,
  description: 'Change of a value or of links of a record. The database records it; events are never changed or deleted.',
})
@Index({ properties: ['subjectKind', 'subjectId', 'id'] })
@Index({ properties: ['transactionId', 'id'] })
@Index({ properties: ['at'] })
@Entity({ tableName: 'status_event' })
export class StatusEvent {
  @PrimaryKey({ fieldName: 'event_id', type: 'string', columnType: 'bigint', generated: 'by default as identity' })
  id!: string;

  /** The writing transaction: readers stay below the oldest running one, so that no event appears behind them. */
  @Stored('transaction_id', 'xid8', { default: 'pg_current_xact_id()' })
  transactionId!: string;

  @Text('subject_kind', { as: () => SubjectKind, doc: 'Type of the changed record.' })
  subjectKind!: string;

  @Big('subject_id')
  subjectId!: string;

  @Text('subject_name', { nullable: true, doc: 'Name of the record after the change; `#` and its number if it was deleted already.' })
  subjectName!: string | null;

  // The resolver shows these three: it distinguishes links from values.

  @Text('field')
  fieldName!: string;

  @Text('from_value', { nullable: true })
  fromValue!: string | null;

  @Text('to_value', { nullable: true })
  toValue!: string | null;

  @InstantColumn('at', { default: 'waybill_now()', doc: 'Time of the change, by the clock of the database.' })
  at!: string;

  @Text('actor', { nullable: true, doc: 'Name of the actor; null if not specified, as with plain SQL.' })
  actor!: string | null;

  @Text('origin', { as: () => EventOrigin, doc: 'Way by which the change was made.' })
  origin!: string;

  @Text('reason', { nullable: true, doc: 'Reason given for the change; null without one.' })
  reason!: string | null;

  @Stored('evidence', 'jsonb', { nullable: true })
  evidence!: unknown;
}

allowLargeIds('StatusEvent');
// Changes of API keys are for the operators of the store, who read its tables.
hideRows(StatusEvent, `t.subject_kind = 'ApiKey'`);
