import type { ClassType } from 'type-graphql';
import type { Aliased, Named } from '../read/naming.js';
import type { RefKind } from '../read/references.js';

/** A kind of records as inputs refer to them. */
export interface RecordKind {
  naming: Aliased;
  /** The field of an input that refers to one: `process`, `object`. */
  word: string;
  /** The input type of such a field, and how it identifies a record. */
  ref: ClassType;
  refs: RefKind<object, Named>;
  /** What such a record belongs to, as the source of an object. */
  within?: RecordKind;
}

/** The reference to a record of this kind in an input. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the input declares the field with the type of the kind.
export const refIn = (input: object, { word }: RecordKind): object => Reflect.get(input, word) as object;
