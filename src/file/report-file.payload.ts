import { Field, ObjectType } from 'type-graphql';
import type { DomainError } from '../platform/errors.js';
import { referenceField } from '../platform/read/fields.js';
import { File } from './file.entity.js';

@ObjectType({ description: 'A file after a report.' })
export class ReportFilePayload {
  /** The number of the file, which is read by it. */
  id!: number;
  @Field(() => Boolean, { description: 'True when this report changed the file; false where it was already as reported.' })
  changed!: boolean;
}

@ObjectType({ description: 'A file that another one waits for, and how far it was then.' })
export class FileBlocker {
  /** Its number: the file itself is read by it. */
  id!: number;
  @Field(() => String, { description: 'Its status at that moment.' }) status!: string;
}

/** The files that stand in the way, where that is what is wrong. */
export const blockersOf = ({ details }: DomainError): FileBlocker[] => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our SQL says them so.
  const blockers = (details.blockers ?? []) as { databaseId: number; status: string }[];
  return blockers.map(({ databaseId: id, status }) => ({ id, status }));
};

/** The payloads hold the numbers of files; these read the rest of them. */
export const reportFilePayload = [
  referenceField(ReportFilePayload, 'file', 'id', File, 'The file as it is now.', false),
  referenceField(FileBlocker, 'file', 'id', File, 'The file that is waited for, as it is now; null if it was deleted meanwhile.'),
];
