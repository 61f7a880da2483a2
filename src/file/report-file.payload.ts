import { Field, ObjectType, type ClassType } from 'type-graphql';
import type { DomainError } from '../platform/errors.js';
import { referenceField } from '../platform/read/fields.js';
import { File } from './file.entity.js';
import { PayloadOf } from '../platform/write/payload.js';

/** The payload of a mutation that reports on one file, and the resolver of its `file`. */
export function reportPayload(mutation: string): { type: ClassType; file: ClassType } {
  @PayloadOf(mutation)
  class Payload {
    /** The number of the file, by which it is read. */
    id!: number;
    @Field(() => Boolean, {
      description:
        'Whether this call changed a fact of the file; false if all was as requested. A heartbeat alone only renews the lease: false.',
    })
    changed!: boolean;
  }
  return { type: Payload, file: referenceField(Payload, 'file', 'id', File, 'The file after the call.', false) };
}

@ObjectType({ description: 'A file that another one waits for, and its status at that moment.' })
export class FileBlocker {
  /** Its number, by which the file is read. */
  id!: number;
  @Field(() => String, { description: 'Its status when the claim or report was refused.' }) status!: string;
}

/** The files that an error is about, where files that are not loaded yet are the cause. */
export const blockersOf = ({ details }: DomainError): FileBlocker[] => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our SQL says them so.
  const blockers = (details.blockers ?? []) as { databaseId: number; status: string }[];
  return blockers.map(({ databaseId: id, status }) => ({ id, status }));
};

export const fileBlockerFields = [
  referenceField(FileBlocker, 'file', 'id', File, 'The file that is waited for, in its present state; null if it was deleted meanwhile.'),
];
