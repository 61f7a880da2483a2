import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/platform/config.js';
import { completeAddress, databaseAddress } from '../../src/platform/database-address.js';
import { ConfigError } from '../../src/platform/errors.js';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test.each<[string, object]>([
  ['postgres://wb:p%40s%2Fs@h:6000/meta', { host: 'h', port: 6000, user: 'wb', password: 'p@s/s', database: 'meta', ssl: false }],
  ['postgresql://wb@h/meta', { host: 'h', port: 5432, user: 'wb', database: 'meta' }],
  ['postgres://h/meta', { host: 'h', user: userInfo().username }],
  ['postgres:///meta', { host: 'localhost' }],
  ['postgres://wb@[::1]:6000/meta', { host: '::1', port: 6000 }],
  ['postgres://wb@%2Frun%2Fpostgresql/meta', { host: '/run/postgresql', database: 'meta' }],
  ['postgres://wb:p@/meta?host=/run/postgresql&port=6000', { host: '/run/postgresql', port: 6000, password: 'p' }],
  ['postgres:///meta?host=/run/postgresql&user=wb&password=p%26q', { host: '/run/postgresql', user: 'wb', password: 'p&q' }],
  ['postgres://wb@h?dbname=meta', { database: 'meta' }],
  ['postgres://wb@h/m%20%C3%A4', { database: 'm ä' }],
  ['postgres://wb@h/meta?options=-c%20work_mem%3D8MB -c jit=off', { options: '-c work_mem=8MB -c jit=off' }],
  ['postgres://wb@h/meta?application_name=etl&connect_timeout=3', { application_name: 'etl', connectionTimeoutMillis: 3000 }],
  ['postgres://wb@h/meta', { application_name: 'waybill' }],
  // Parameters of other drivers do no harm.
  ['postgres://wb@h/meta?schema=public&pgbouncer=true&stream=x', { database: 'meta' }],
])('%s names its parts', (address, parts) => {
  expect(databaseAddress(address)).toMatchObject(parts);
  expect(databaseAddress(address)).not.toHaveProperty('stream');
});

test.each<[string, unknown]>([
  ['sslmode=disable', false],
  ['ssl=false', false],
  ['ssl=0', false],
  ['sslmode=require', { rejectUnauthorized: false }],
  ['uselibpqcompat=true&sslmode=require', { rejectUnauthorized: false }],
  ['sslmode=no-verify', { rejectUnauthorized: false }],
  ['ssl=no-verify', { rejectUnauthorized: false }],
  ['sslmode=verify-full', { host: 'h' }],
  ['sslmode=verify-full&sslrootcert=system', { host: 'h' }],
  ['ssl=true', { host: 'h' }],
  ['sslmode=require&host=/run/postgresql', false],
])('%s decides on TLS', (parameters, ssl) => {
  expect(databaseAddress(`postgres://wb@h/meta?${parameters}`).ssl).toEqual(ssl);
});

test('what an address leaves out comes from the variables of libpq, what it states does not', () => {
  const env = {
    PGHOST: 'other',
    PGPASSWORD: 'a b&c',
    PGSSLMODE: 'require',
    PGDATABASE: 'other',
    PGUSER: 'other',
    PGOPTIONS: '-c jit=off',
    PGAPPNAME: 'etl',
  };
  const read = (address: string) => databaseAddress(readConfig({ ...env, DATABASE_URL: address }, []).databaseUrl!);
  expect(read('postgres:///meta')).toMatchObject({
    ...{ host: 'other', user: 'other', password: 'a b&c', database: 'meta', ssl: { rejectUnauthorized: false } },
    ...{ options: '-c jit=off', application_name: 'etl' },
  });
  expect(read('postgres://wb:p@h/meta?sslmode=disable&application_name=waybill')).toMatchObject({
    ...{ host: 'h', user: 'wb', password: 'p', database: 'meta', ssl: false, application_name: 'waybill' },
  });
  expect(read('postgres://h/meta?ssl=0').ssl).toBe(false);
  expect(read('postgres://h').database).toBe('other');
  expect(completeAddress('postgres://wb:p@h/meta', {})).toBe('postgres://wb:p@h/meta');
});

test.each([
  ['wb:PaSs@h/meta', 'it does not start with postgres://'],
  ['host=h password=PaSs dbname=meta', `libpq's form "host=… dbname=…" is not supported`],
  ['postgres://wb:PaSs@h', 'it names no database'],
  ['postgres://wb:PaSs@h/', 'it names no database'],
  ['postgres://wb@h/?password=PaSs', 'it names no database'],
  ['postgres://wb:PaSs%ss@h/meta', 'a % in it is not followed by two hexadecimal digits'],
  ['postgres://wb:PaSs%ff@h/meta', 'it cannot be read; characters such as'],
  ['postgres://wb:x/PaSs@h/meta', 'it cannot be read; characters such as'],
  ['postgres://wb:x#PaSs@h/meta', 'it cannot be read; characters such as'],
  ['postgres://wb:1?PaSs@h/meta', 'it names no database'],
  ['postgres://wb:PaSs@a,b/meta', 'it names several hosts'],
  ['postgres://wb:PaSs@h:0/meta', 'its port is not a whole number from 1 to 65535'],
  ['postgres://wb:PaSs@h/meta?port=x', 'its port is not a whole number from 1 to 65535'],
  ['postgres://wb:PaSs@h/meta?sslmode=on', 'its sslmode (or PGSSLMODE) is "on", but must be one of disable, no-verify, require'],
  ['postgres://wb:PaSs@h/meta?sslmode=prefer', 'its sslmode (or PGSSLMODE) is "prefer", but must be one of'],
  ['postgres://wb:PaSs@h/meta?sslmode=verify-ca', 'sslmode=verify-ca needs a sslrootcert'],
  ['postgres://wb:PaSs@h/meta?sslmode=require&sslrootcert=system', 'sslrootcert=system needs sslmode=verify-full'],
  ['postgres://wb:PaSs@h/meta?sslrootcert=/no/such.pem', 'its certificate or key file "/no/such.pem" cannot be read (ENOENT)'],
  [`postgres://wb:PaSs@h/meta?sslrootcert=${file('config.test.ts')}`, 'its sslrootcert, sslcert or sslkey cannot be used (ERR_OSSL'],
  ['postgres://wb:PaSs@h/meta?sslmode=disable&sslnegotiation=direct', 'sslnegotiation=direct needs an sslmode'],
])('%s is refused with a sentence that holds no secret', (address, why) => {
  for (const [name, read] of [
    ['DATABASE_URL', () => readConfig({ DATABASE_URL: address }, [])],
    ['--database-url', () => readConfig({}, ['--database-url', address])],
  ] as const) {
    const error = (() => {
      try {
        return read();
      } catch (thrown) {
        return thrown as Error;
      }
    })() as Error;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(why);
    expect(error.message).toMatch(new RegExp(`^${name} must be a PostgreSQL address like postgres://[^\\n]*\\.$`));
    expect(error.message).not.toContain('PaSs');
  }
});
