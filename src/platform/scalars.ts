import { GraphQLScalarType, Kind } from 'graphql';

const text = (name: string, description: string, accepts: RegExp, example: string) => {
  const parse = (value: unknown) => {
    const given = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
    if (typeof given !== 'string' || !accepts.test(given))
      throw new TypeError(`${name} cannot be ${JSON.stringify(value)}: expected a value like ${example}`);
    return given;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => value as string,
    parseValue: parse,
    parseLiteral: (node) => {
      if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT)
        throw new TypeError(`${name} expects a value like ${example}`);
      return parse(node.value);
    },
  });
};

/**
 * Rows carry times as RFC 3339 text with microseconds, made in SQL; nothing stands between the row and the answer, so no digit is lost.
 */
export const Instant = text(
  'Instant',
  'A moment in time as RFC 3339 text. Answers are in UTC with microseconds (`2026-01-31T08:00:00.000000Z`); input may carry any offset.',
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
  '"2026-01-31T08:00:00Z"',
);

export const BigIntText = text(
  'BigInt',
  'A whole number of up to 64 bits. Answered as a string, so that no client rounds it; input may be a number or a string.',
  /^-?\d{1,19}$/,
  '1500',
);

export const Decimal = text(
  'Decimal',
  'An exact decimal number of any size. Answered as a string, so that no client rounds it; input may be a number or a string.',
  /^-?\d{1,1000}(\.\d{1,1000})?$/,
  '"12.50"',
);
