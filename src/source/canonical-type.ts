import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum CanonicalKind {
  BOOLEAN = 'BOOLEAN',
  INTEGER = 'INTEGER',
  DECIMAL = 'DECIMAL',
  FLOAT = 'FLOAT',
  TEXT = 'TEXT',
  DATE = 'DATE',
  TIME = 'TIME',
  TIMESTAMP = 'TIMESTAMP',
  INSTANT = 'INSTANT',
  BINARY = 'BINARY',
  JSON = 'JSON',
  UUID = 'UUID',
}
registerEnumType(CanonicalKind, {
  name: 'CanonicalKind',
  description: 'What a data type holds, whatever a system calls it.',
  valuesConfig: {
    BOOLEAN: { description: 'True or false.' },
    INTEGER: { description: 'Whole numbers of a fixed width.' },
    DECIMAL: { description: 'Exact numbers with a number of digits.' },
    FLOAT: { description: 'Binary floating point numbers.' },
    TEXT: { description: 'Text of any length and character set.' },
    DATE: { description: 'Days of the calendar.' },
    TIME: { description: 'Times of the day.' },
    TIMESTAMP: { description: 'Days with a time of the day, in no stated time zone.' },
    INSTANT: { description: 'Moments: days with a time and a time zone or an offset.' },
    BINARY: { description: 'Any bytes.' },
    JSON: { description: 'JSON values.' },
    UUID: { description: 'Universally unique identifiers.' },
  },
});

@ObjectType({ description: 'A data type in one vocabulary for all systems. A fact that a system does not specify is null.' })
export class CanonicalType {
  @Field(() => CanonicalKind, { description: 'Kind of the values.' }) kind!: CanonicalKind;
  @Field(() => Int, {
    nullable: true,
    description: 'Largest number of characters of a text or bytes of a binary; null if unlimited or unspecified.',
  })
  length!: number | null;
  @Field(() => Int, { nullable: true, description: 'Digits of a decimal in all, or digits of the fractions of a second of a time.' })
  precision!: number | null;
  @Field(() => Int, { nullable: true, description: 'Digits of a decimal behind the point.' }) scale!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Width of an integer or a float in bits. Null for `float`, whose width is another in each system.',
  })
  bits!: number | null;
  @Field(() => String, { description: 'All of it as one text, such as `DECIMAL(10,2)`: equal where the types are equal.' }) text!: string;
}

type Facts = Partial<Omit<CanonicalType, 'kind' | 'text'>>;
/** What the arguments behind a name, or the length and the decimals of an attribute, say of a type. */
type Reading = (first: number | null, second: number | null) => Facts & { kind: CanonicalKind };

const of =
  (kind: CanonicalKind, facts: Facts = {}): Reading =>
  () => ({ kind, ...facts });
const sized =
  (kind: CanonicalKind): Reading =>
  (length) => ({ kind, length: length && length > 0 ? length : null });
const fraction =
  (kind: CanonicalKind): Reading =>
  (precision) => ({ kind, precision });
const integer = (bits: number | null) => of(CanonicalKind.INTEGER, { bits });
/** A precision without a scale has no digits behind the point: SQL says so, and all systems agree. */
const decimal: Reading = (precision, scale) => ({
  kind: CanonicalKind.DECIMAL,
  precision,
  scale: precision === null ? scale : (scale ?? 0),
});
/** SQL gives `float` a precision in binary digits. */
const float: Reading = (digits) => ({ kind: CanonicalKind.FLOAT, bits: digits === null ? null : digits <= 24 ? 32 : 64 });
const bit: Reading = (width) => ((width ?? 1) === 1 ? { kind: CanonicalKind.BOOLEAN } : { kind: CanonicalKind.BINARY });

const readings: [Reading, string][] = [
  [of(CanonicalKind.BOOLEAN), 'boolean bool logical'],
  [bit, 'bit'],
  [(width) => (width === 1 ? { kind: CanonicalKind.BOOLEAN } : { kind: CanonicalKind.INTEGER, bits: 8 }), 'tinyint'],
  [integer(8), 'int8_t byte uint8'],
  [integer(16), 'smallint int2 int16 uint16 short smallserial serial2'],
  [integer(24), 'mediumint'],
  [integer(32), 'int integer int4 int32 uint32 serial serial4'],
  // `int8` counts bytes in PostgreSQL and Redshift, bits elsewhere.
  [integer(64), 'bigint int8 int64 uint64 long bigserial serial8'],
  [decimal, 'decimal numeric number dec fixed bigdecimal money smallmoney'],
  [of(CanonicalKind.FLOAT, { bits: 32 }), 'real float4 float32 binary_float'],
  [of(CanonicalKind.FLOAT, { bits: 64 }), 'double,precision double float8 float64 binary_double'],
  [float, 'float'],
  [sized(CanonicalKind.TEXT), 'varchar varchar2 nvarchar nvarchar2 char nchar bpchar character string str sysname'],
  [sized(CanonicalKind.TEXT), 'character,varying char,varying national,character national,character,varying national,char'],
  [sized(CanonicalKind.TEXT), 'text tinytext mediumtext longtext ntext citext clob nclob long,varchar'],
  [of(CanonicalKind.DATE), 'date date32'],
  [fraction(CanonicalKind.TIME), 'time timetz time,without,time,zone time,with,time,zone'],
  [fraction(CanonicalKind.TIMESTAMP), 'timestamp timestamp_ntz timestamp,without,time,zone datetime datetime2 smalldatetime'],
  [
    fraction(CanonicalKind.INSTANT),
    'timestamptz timestamp_tz timestamp_ltz timestamp,with,time,zone timestamp,with,local,time,zone datetimeoffset',
  ],
  [
    sized(CanonicalKind.BINARY),
    'binary varbinary binary,varying bytea blob tinyblob mediumblob longblob raw long,raw image bytes bit,varying varbit',
  ],
  [of(CanonicalKind.JSON), 'json jsonb'],
  [of(CanonicalKind.UUID), 'uuid uniqueidentifier guid'],
];
const byName = new Map(readings.flatMap(([reading, names]) => names.split(' ').map((name) => [name.replaceAll(',', ' '), reading])));

/** `decimal(10, 2) unsigned`: the name around the parentheses, and what stands in them. */
const shape = /^([^()[\]<>]+)(?:\(([^()]*)\)([^()[\]<>]*))?$/;
/** A number, with the unit that Oracle allows behind it, or one of the words for no limit. */
const argument = /^(?:(-?\d{1,9})(?: (?:char|byte))?|max|\*)$/;

/**
 * The canonical type of a type as a system calls it. Arguments in the name win over the length and the decimals given beside it.
 * Null for a name that is not known here, such as `geography`: such a type stays what its system calls it.
 */
export function canonicalType(name: string | null | undefined, length?: number | null, decimals?: number | null): CanonicalType | null {
  const [, before, inside, behind = ''] = shape.exec(name ?? '') ?? [];
  if (before === undefined) return null;
  const words = `${before} ${behind}`.toLowerCase().split(/\s+/).filter(Boolean);
  const reading = byName.get(words.filter((word) => !/^(?:un)?signed$|^zerofill$/.test(word)).join(' '));
  const given = inside?.split(',').map((each) => argument.exec(each.trim().toLowerCase().replace(/\s+/, ' ')));
  if (!reading || given?.some((each) => !each)) return null;
  const numbers = given ? given.map((each) => (each![1] === undefined ? null : Number(each![1]))) : [length ?? null, decimals ?? null];
  const type = { length: null, precision: null, scale: null, bits: null, ...reading(numbers[0] ?? null, numbers[1] ?? null) };
  return { ...type, text: textOf(type) };
}

function textOf({ kind, length, precision, scale, bits }: Omit<CanonicalType, 'text'>): string {
  const facts = [length, precision, scale, bits].filter((each) => each !== null);
  return kind + (facts.length ? `(${facts.join(',')})` : '');
}

const numeric = new Set([CanonicalKind.INTEGER, CanonicalKind.DECIMAL, CanonicalKind.FLOAT]);

/** Whether values of the type are numbers and nothing else. */
export const isNumeric = (type: CanonicalType | null): boolean => type !== null && numeric.has(type.kind);
