import fc from 'fast-check';
import { canonicalType, CanonicalKind } from '../../src/source/canonical-type.js';
import { openApi, type Api } from '../support/api.js';

/** Names of one type in different systems, and the type. */
const same: [text: string, ...names: string[]][] = [
  ['DECIMAL(10,2)', 'NUMBER(10,2)', 'decimal(10,2)', 'numeric(10, 2)', 'DEC ( 10 , 2 )', 'decimal(10,2) unsigned'],
  ['DECIMAL(10,0)', 'NUMBER(10)', 'decimal(10)', 'numeric(10,0)'],
  ['DECIMAL(38,-2)', 'NUMBER(38,-2)'],
  ['DECIMAL', 'NUMBER', 'numeric', 'Decimal', 'money'],
  ['DECIMAL(4)', 'NUMBER(*,4)'],
  ['INTEGER(8)', 'tinyint', 'tinyint(4)', 'TINYINT UNSIGNED'],
  ['INTEGER(16)', 'smallint', 'int2', 'Int16', 'SMALLSERIAL'],
  ['INTEGER(32)', 'int', 'INTEGER', 'int4', 'int(11)', 'serial', 'Int32', 'int unsigned zerofill', '  integer  '],
  ['INTEGER(64)', 'bigint', 'int8', 'INT64', 'long', 'BIGSERIAL', 'bigint(20) unsigned'],
  ['FLOAT(32)', 'real', 'float4', 'Float32', 'float(24)', 'BINARY_FLOAT'],
  ['FLOAT(64)', 'double precision', 'double', 'float8', 'FLOAT64', 'float(53)', 'Double  Precision'],
  ['FLOAT', 'float', 'FLOAT'],
  ['TEXT', 'text', 'varchar', 'VARCHAR(MAX)', 'string', 'nvarchar(max)', 'CLOB', 'longtext', 'character varying', 'citext'],
  [
    'TEXT(255)',
    'varchar(255)',
    'VARCHAR2(255 CHAR)',
    'nvarchar2(255)',
    'character varying (255)',
    'char(255)',
    'varchar2(255 byte)',
    'String(255)',
  ],
  ['BOOLEAN', 'boolean', 'BOOL', 'bit', 'bit(1)', 'tinyint(1)'],
  ['DATE', 'date', 'DATE'],
  ['TIME', 'time', 'time without time zone', 'timetz'],
  ['TIME(3)', 'time(3)', 'time(3) without time zone'],
  ['TIMESTAMP', 'timestamp', 'datetime', 'timestamp without time zone', 'TIMESTAMP_NTZ'],
  ['TIMESTAMP(6)', 'timestamp(6)', 'datetime(6)', 'timestamp(6) without time zone', 'datetime2(6)'],
  ['INSTANT', 'timestamptz', 'timestamp with time zone', 'datetimeoffset', 'TIMESTAMP WITH LOCAL TIME ZONE'],
  ['INSTANT(6)', 'timestamptz(6)', 'timestamp(6) with time zone'],
  ['BINARY', 'bytea', 'blob', 'varbinary(max)', 'RAW', 'bytes', 'bit(8)'],
  ['BINARY(16)', 'binary(16)', 'raw(16)', 'varbinary(16)'],
  ['JSON', 'json', 'JSONB'],
  ['UUID', 'uuid', 'uniqueidentifier'],
];

test.each(same)('L20 %s is also called %s', (text, ...names) => {
  for (const name of names) expect({ name, type: canonicalType(name)?.text }).toEqual({ name, type: text });
});

test.each([
  'geography',
  'int[]',
  'array<int>',
  'struct<a int>',
  `enum('a','b')`,
  'integer or text',
  'varchar(abc)',
  'decimal(10',
  'decimal)10(',
  '(10)',
  '',
  '   ',
  'int int',
  'decimal(10,2)(3)',
  'decimal(99999999999)',
  'constructor',
  'ünsigned',
  'unsigned',
])('L20 %j stays what its system calls it', (name) => {
  expect(canonicalType(name)).toBeNull();
});

test('L20 a type that is not there has no canonical one', () => {
  expect(canonicalType(null)).toBeNull();
  expect(canonicalType(undefined, 10, 2)).toBeNull();
});

test('L20 the length and the decimals of an attribute are arguments, where its type has none of its own', () => {
  expect(canonicalType('NUMBER', 10, 2)).toEqual(canonicalType('decimal(10,2)'));
  expect(canonicalType('decimal', 10)).toEqual(canonicalType('numeric(10)'));
  expect(canonicalType('numeric(8,3)', 10, 2)?.text).toBe('DECIMAL(8,3)');
  expect(canonicalType('varchar', 40)).toEqual({ kind: 'TEXT', length: 40, precision: null, scale: null, bits: null, text: 'TEXT(40)' });
  expect(canonicalType('varchar(max)', 40)?.text).toBe('TEXT');
  expect(canonicalType('integer', 11)?.text).toBe('INTEGER(32)');
});

const known = same.flatMap(([, ...names]) => names);
const spaced = (name: string, spaces: readonly string[]) =>
  name.replace(/[ (),]/g, (mark, i: number) =>
    mark === ' ' ? ` ${spaces[i % spaces.length]}` : spaces[i % spaces.length] + mark + spaces[(i + 1) % spaces.length],
  );

test('L20 case and blanks say nothing', () => {
  const blanks = fc.array(fc.constantFrom('', ' ', '  ', '\t'), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...known), blanks, fc.boolean(), (name, spaces, upper) => {
      const other = spaced(upper ? name.toUpperCase() : name.toLowerCase(), spaces);
      expect(canonicalType(` ${other} `)).toEqual(canonicalType(name));
    }),
  );
});

test('L20 two types are equal where their texts are, and any text is a name or none', () => {
  const size = fc.option(fc.integer({ min: -5, max: 1000 }));
  const name = fc.oneof(fc.constantFrom(...known, 'geography'), fc.string(), fc.stringMatching(/^[a-z]{1,8}\(\d{0,3},?\d{0,2}\)$/));
  fc.assert(
    fc.property(name, size, size, name, size, size, (a, n, m, b, k, l) => {
      const [one, two] = [canonicalType(a, n, m), canonicalType(b, k, l)];
      if (one) expect(Object.keys(CanonicalKind)).toContain(one.kind);
      if (one && two) expect(one.text === two.text).toBe(JSON.stringify(one) === JSON.stringify(two));
    }),
    { numRuns: 2000 },
  );
});

describe('in the catalogue', () => {
  let api: Api;
  beforeAll(async () => {
    api = await openApi('data_types');
    const columns = (dataType: string | null, more: object = {}) => ({ name: `a ${dataType} ${JSON.stringify(more)}`, dataType, ...more });
    const object = (name: string, attributes: object[]) => ({ name, objects: [{ name: 'prices', attributes }] });
    await api.run('mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { created } }', {
      input: {
        name: 'Copy',
        sources: [object('oracle', [columns('NUMBER', { length: 10, decimals: 2 }), columns('SDO_GEOMETRY'), columns(null)])],
        targets: [object('postgres', [columns('decimal(10,2)')])],
      },
    });
    await api.sql(
      `update source_object_attribute_lkup set reported_type = 'LONG VARCHAR' where source_object_attribute_name = 'a null {}'`,
    );
  });
  afterAll(() => api.close());

  test('L20 attributes of two systems with the same type are seen to have it, in one statement however many they are', async () => {
    const query = `{ sourceObjectAttributes { nodes { name dataType { name canonical { text } } canonicalType { kind length precision scale bits text } } } }`;
    const statements = await api.recorded(async () => {
      const { sourceObjectAttributes } = await api.run(query);
      const types = Object.fromEntries(sourceObjectAttributes.nodes.map((node: Record<string, any>) => [node.name, node]));
      const decimal = { kind: 'DECIMAL', length: null, precision: 10, scale: 2, bits: null, text: 'DECIMAL(10,2)' };
      expect(types['a NUMBER {"length":10,"decimals":2}']).toMatchObject({
        dataType: { canonical: { text: 'DECIMAL' } },
        canonicalType: decimal,
      });
      expect(types['a decimal(10,2) {}']).toMatchObject({ dataType: { canonical: { text: 'DECIMAL(10,2)' } }, canonicalType: decimal });
      expect(types['a SDO_GEOMETRY {}']).toMatchObject({ dataType: { name: 'SDO_GEOMETRY', canonical: null }, canonicalType: null });
      expect(types['a null {}']).toMatchObject({ dataType: null, canonicalType: { text: 'TEXT' } });
    });
    expect(statements).toHaveLength(3);
    expect((await api.jit(query)).errors).toBeUndefined();
  });
});
