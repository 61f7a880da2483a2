import { Field, ObjectType } from 'type-graphql';
import { referenceField } from '../../platform/read/fields.js';
import { ProcessRun } from '../run.entity.js';

@ObjectType({ description: 'A run after a report.' })
export class ReportRunPayload {
  /** The number of the run, which is read by it. */
  id!: number;
  @Field(() => Boolean, { description: 'Whether the run was already as reported, so that nothing was written.' }) done!: boolean;
}

/** The payload holds the number of the run; this reads the rest of it. */
export const reportRunPayload = [referenceField(ReportRunPayload, 'run', 'id', ProcessRun, 'The run as it is now.', false)];
