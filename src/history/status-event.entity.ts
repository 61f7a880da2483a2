import { Entity, Index, PrimaryKey } from '@mikro-orm/decorators/legacy';
import { Big, InstantColumn, Stored, Text } from '../platform/columns.js';

/** One change of a state or a link. Written by triggers only; there is no foreign key to the subject, because history outlives a deleted row. */
@Index({ properties: ['subjectKind', 'subjectId', 'id'] })
@Entity({ tableName: 'status_event' })
export class StatusEvent {
  @PrimaryKey({ fieldName: 'event_id', type: 'string', columnType: 'bigint', generated: 'by default as identity' })
  id!: string;

  /** The writing transaction: readers stay below the oldest running one, so that no event appears behind them. */
  @Stored('transaction_id', 'xid8', { default: 'pg_current_xact_id()' })
  transactionId!: string;

  @Text('subject_kind')
  subjectKind!: string;

  @Big('subject_id')
  subjectId!: string;

  @Text('subject_name', { nullable: true })
  subjectName!: string | null;

  @Text('field')
  field!: string;

  @Text('from_value', { nullable: true })
  from!: string | null;

  @Text('to_value', { nullable: true })
  to!: string | null;

  @InstantColumn('at', { default: 'waybill_now()' })
  at!: string;

  @Text('actor', { nullable: true })
  actor!: string | null;

  @Text('origin')
  origin!: string;

  @Text('reason', { nullable: true })
  reason!: string | null;

  @Stored('evidence', 'jsonb', { nullable: true })
  evidence!: unknown;
}
