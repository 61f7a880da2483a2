import { Field, type ClassType } from 'type-graphql';
import { referenceField } from '../../platform/read/fields.js';
import { Run } from '../run.entity.js';
import { PayloadOf } from '../../platform/write/payload.js';

/** The payload of a mutation that changes one run, under its own name. Answers `type` and the resolvers that it needs. */
export function runPayload(mutation: string, doc = 'The run after the change.'): { type: ClassType; resolvers: ClassType[] } {
  @PayloadOf(mutation)
  class RunPayload {
    /** The number of the run, which is read by it. */
    id!: number;
    @Field(() => Boolean, {
      description:
        'True when this call changed a fact of the run; false where all was already as requested. A heartbeat alone only renews the lease: false.',
    })
    changed!: boolean;
  }
  return { type: RunPayload, resolvers: [referenceField(RunPayload, 'run', 'id', Run, doc, false)] };
}
