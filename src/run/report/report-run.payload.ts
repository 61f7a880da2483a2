import { Field, ObjectType } from 'type-graphql';
import { referenceField } from '../../platform/read/fields.js';
import { Run } from '../run.entity.js';

@ObjectType({ description: 'A run after a report.' })
export class ReportRunPayload {
  /** The number of the run, which is read by it. */
  id!: number;
  @Field(() => Boolean, { description: 'True when this report changed the run; false where it was already as reported.' })
  changed!: boolean;
}

/** The payload holds the number of the run; this reads the rest of it. */
export const reportRunPayload = [referenceField(ReportRunPayload, 'run', 'id', Run, 'The run as it is now.', false)];
