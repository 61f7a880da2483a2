import { Entity, Index, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Big, InstantColumn, Stored, Text } from '../platform/entity/columns.js';

/** Written by triggers only; there is no foreign key to the subject, because history outlives a deleted row. */
@ObjectType({ description: 'One change of a state or of links, as the database recorded it. Never changed and never deleted.' })
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

  @Text('subject_kind', { doc: 'Type of what was changed, as this API calls it.' })
  subjectKind!: string;

  @Big('subject_id')
  subjectId!: string;

  @Text('subject_name', { nullable: true, doc: 'The name it had after the change; `#` and its number where it was gone already.' })
  subjectName!: string | null;

  // These three are not shown as they stand: the resolver tells links from values.

  @Text('field')
  fieldName!: string;

  @Text('from_value', { nullable: true })
  fromValue!: string | null;

  @Text('to_value', { nullable: true })
  toValue!: string | null;

  @InstantColumn('at', { default: 'waybill_now()', doc: "When, by the database's clock." })
  at!: string;

  @Text('actor', { nullable: true, doc: 'Name of who did it; null where the writer did not say, as with plain SQL.' })
  actor!: string | null;

  @Text('origin', { doc: 'What it came by: `api`, or `sql` for what other clients wrote.' })
  origin!: string;

  @Text('reason', { nullable: true, doc: 'Why, in the words of who did it.' })
  reason!: string | null;

  @Stored('evidence', 'jsonb', { nullable: true })
  evidence!: unknown;
}
