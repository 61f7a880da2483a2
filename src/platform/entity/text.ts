import { GraphQLScalarType } from 'graphql';
import { invalid } from '../errors.js';

/** What a text argument may hold. */
export interface TextLimit {
  maxBytes: number;
  mayBeEmpty: boolean;
}

/** What PostgreSQL cannot store as text: the character U+0000, and halves of surrogate pairs. */
const unstorable = (value: string): string | undefined =>
  value.includes('\0') ? 'the character U+0000' : value.isWellFormed() ? undefined : 'half of a surrogate pair';

const shorten = (value: string) => (value.length > 60 ? `${value.slice(0, 60)}…` : value);

/** @throws INVALID naming the argument whose text is empty, too long or cannot be stored */
export function checkText(value: string, { maxBytes, mayBeEmpty }: TextLimit, argument: string): void {
  const refuse = (message: string, allowed: unknown) => invalid(`${argument} ${message}`, { argument, value: shorten(value), allowed });
  if (!mayBeEmpty && !value.trim()) throw refuse('must not be empty.', 'a text that is not blank');
  const bytes = Buffer.byteLength(value);
  if (bytes > maxBytes)
    throw refuse(`may have at most ${maxBytes} bytes, this has ${bytes}: ${JSON.stringify(shorten(value))}.`, { maxBytes });
  const wrong = unstorable(value);
  if (wrong) throw refuse(`must not hold ${wrong}: ${JSON.stringify(shorten(value))}.`, 'text without U+0000 and without lone surrogates');
}

const limits = new Map<unknown, TextLimit>();

/** The limit that a placeholder stands for, if it is one. */
export const textLimitOf = (type: unknown): TextLimit | undefined => limits.get(type);

/** A type for text arguments that stands for `String` with a limit until the schema is made (app/execution/checked-texts.ts). */
function textOf(name: string, limit: TextLimit): GraphQLScalarType<string, string> {
  const placeholder = new GraphQLScalarType<string, string>({ name });
  limits.set(placeholder, limit);
  return placeholder;
}

/** A name: 1 to 2,000 bytes of UTF-8, not blank, case-sensitive. */
export const Name = textOf('Name', { maxBytes: 2000, mayBeEmpty: false });
/** Text of up to 2 MiB of UTF-8. */
export const LongText = textOf('LongText', { maxBytes: 2_097_152, mayBeEmpty: true });
