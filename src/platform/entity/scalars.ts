import { GraphQLScalarType, Kind, print } from 'graphql';
import { shownValue } from '../errors.js';

/** Up to 15 digits are read as they were written: https://en.wikipedia.org/wiki/Double-precision_floating-point_format */
const hasFewDigits = (read: number): boolean => !/e|\d{16}/.test(String(read).replace(/^-?[0.]+|[-.]/g, ''));

/** What is wrong with a value; GraphQL passes `extensions` on to the caller. */
const wrong = (message: string, value: unknown, example: string) =>
  Object.assign(new TypeError(message), { extensions: { value, allowed: `a value like ${example}` } });

/** A JSON number is what JavaScript has read, which may be another one than the request has: `exact` is false where it could be. */
const text = (
  name: string,
  description: string,
  accepts: RegExp,
  example: string,
  exact: (read: number) => boolean = () => true,
  specifiedByURL?: string,
  /** What is wrong with a text of another form, if that is known. */
  fault: (given: string) => string | undefined = () => undefined,
) => {
  const parse = (value: unknown) => {
    if (typeof value === 'number' && !exact(value))
      throw wrong(`${name} cannot be the JSON number ${value}, because JSON readers round such numbers: send it as text.`, value, example);
    const given = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
    if (typeof given !== 'string' || !accepts.test(given)) {
      const why = typeof given === 'string' ? fault(given) : undefined;
      throw wrong(
        `${name} cannot be ${JSON.stringify(shownValue(value))}: ${why ? `${why}; ` : ''}expected a value like ${example}`,
        value,
        example,
      );
    }
    return given;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    ...(specifiedByURL ? { specifiedByURL } : {}),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows hold it as text.
    serialize: (value) => value as string,
    parseValue: parse,
    parseLiteral: (node) => {
      if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT)
        throw wrong(`${name} expects a value like ${example}`, print(node), example);
      return parse(node.value);
    },
  });
};

/**
 * Rows carry times as RFC 3339 text with microseconds, made in SQL; nothing stands between the row and the answer, so no digit is lost.
 */
export const DateTime = text(
  'DateTime',
  'Time as RFC 3339 text. Output is in UTC with microseconds (`2026-01-31T08:00:00.000000Z`); input must have an offset from UTC, and may have up to 9 digits of a second. In a code generator map it to a string: `scalars: { DateTime: string }`.',
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
  '"2026-01-31T08:00:00Z"',
  undefined,
  'https://www.rfc-editor.org/rfc/rfc3339',
  (given) => {
    if (/^\d{4}-\d\d-\d\d$/.test(given)) return 'the time and its offset from UTC are missing';
    if (/^\d{4}-\d\d-\d\d[Tt ][\d:.]+$/.test(given)) return 'the offset from UTC is missing (`Z`, or one like `+02:00`)';
    return /\.\d{10}/.test(given) ? 'a second may have at most 9 digits after the point' : undefined;
  },
);

export const DateOnly = text(
  'Date',
  'Day of the calendar as RFC 3339 text, such as `2026-01-31`, in the time zone of the store.',
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  '"2026-01-31"',
  undefined,
  'https://www.rfc-editor.org/rfc/rfc3339',
);

export const BigIntText = text(
  'BigInt',
  'Whole number of up to 64 bits, output as a string, because many JSON readers round larger numbers. Input: string, literal, or JSON number up to ±9007199254740991. In a code generator map it to a string: `scalars: { BigInt: string, Decimal: string }`; to compute, `BigInt(value)`.',
  /^-?\d{1,19}$/,
  '1500',
  (read) => !Number.isInteger(read) || Number.isSafeInteger(read),
);

export const Decimal = text(
  'Decimal',
  'Exact decimal number of up to 1,000 digits before the point and 1,000 after it, output as a string, because JSON readers round long numbers. Input: string, literal, or JSON number of at most 15 significant digits. In a code generator map it to a string: `scalars: { BigInt: string, Decimal: string }`.',
  /^-?\d{1,1000}(\.\d{1,1000})?$/,
  '"12.50"',
  hasFewDigits,
  undefined,
  (given) => (/\d{1001}/.test(given) ? 'at most 1000 digits may stand before the point, and 1000 after it' : undefined),
);
