import { GraphQLScalarType, Kind } from 'graphql';

const maxNameBytes = 2000;
const maxTextBytes = 2_097_152;

/** What PostgreSQL cannot store as text: the character U+0000, and halves of surrogate pairs. */
const unstorable = (value: string): string | undefined =>
  value.includes('\0') ? 'the character U+0000' : value.isWellFormed() ? undefined : 'half of a surrogate pair';

const shorten = (value: string) => (value.length > 60 ? `${value.slice(0, 60)}…` : value);

const textScalar = (name: string, description: string, maxBytes: number, mayBeEmpty: boolean) => {
  const parse = (value: unknown): string => {
    if (typeof value !== 'string') throw new TypeError(`${name} must be text, not ${JSON.stringify(value)}.`);
    const bytes = Buffer.byteLength(value);
    if (!mayBeEmpty && !value.trim()) throw new TypeError(`${name} must not be empty.`);
    if (bytes > maxBytes)
      throw new TypeError(`${name} may have at most ${maxBytes} bytes, this has ${bytes}: ${JSON.stringify(shorten(value))}.`);
    const wrong = unstorable(value);
    if (wrong) throw new TypeError(`${name} must not hold ${wrong}: ${JSON.stringify(shorten(value))}.`);
    return value;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows hold it as text.
    serialize: (value) => value as string,
    parseValue: parse,
    parseLiteral: (node) => {
      if (node.kind !== Kind.STRING) throw new TypeError(`${name} must be text.`);
      return parse(node.value);
    },
  });
};

export const Name = textScalar(
  'Name',
  `A name as people write it: 1 to ${maxNameBytes} bytes of UTF-8, case-sensitive, stored as given, without U+0000.`,
  maxNameBytes,
  false,
);

export const LongText = textScalar('LongText', `Text of up to ${maxTextBytes} bytes of UTF-8, without U+0000.`, maxTextBytes, true);
