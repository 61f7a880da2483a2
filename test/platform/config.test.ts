import { flagOf, help, printable, readConfig, settings } from '../../src/platform/config.js';
import { ConfigError } from '../../src/platform/errors.js';

const message = (env: NodeJS.ProcessEnv, argv: string[] = []): string => {
  try {
    readConfig(env, argv);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('accepted');
};

test('nothing needs to be set', () => {
  const config = readConfig({}, []);
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 4000,
    logLevel: 'info',
    maxBody: 4_194_304,
    maxDepth: 15,
    jit: true,
    warnings: [],
  });
  expect(config.databaseUrl).toBeUndefined();
  expect(config.dataDir).toMatch(/\/\.waybill\/data$/);
});

test('the environment counts, flags count more, and an empty variable counts as none', () => {
  const env = { WAYBILL_PORT: '5000', WAYBILL_HOST: '', WAYBILL_LOG_LEVEL: 'debug', DATABASE_URL: 'postgres://u:p@h/db' };
  const config = readConfig(env, ['--port', '6000', '--log-level=warn']);
  expect(config).toMatchObject({ port: 6000, host: '127.0.0.1', logLevel: 'warn', databaseUrl: 'postgres://u:p@h/db' });
});

test.each([
  ['WAYBILL_PORT', '99999', 'a whole number from 0 to 65535'],
  ['WAYBILL_PORT', '4000.5', 'a whole number from 0 to 65535'],
  ['WAYBILL_PORT', 'http', 'a whole number from 0 to 65535'],
  ['WAYBILL_PORT', '-1', 'a whole number from 0 to 65535'],
  ['WAYBILL_HOST', 'not a host', 'an address or host name'],
  ['WAYBILL_LOG_LEVEL', 'loud', 'one of trace, debug, info'],
  ['WAYBILL_JIT', 'maybe', 'true or false'],
  ['WAYBILL_TRUSTED_PROXIES', '10.0.0.0/33', 'addresses or networks with commas between them, such as 127.0.0.1, 10.0.0.0/8'],
  ['WAYBILL_CORS_ORIGINS', '*', 'exact origins with commas between them, such as https://app.example:8443'],
  ['WAYBILL_MAX_DEPTH', '0', 'a whole number from 1 to 1000'],
  ['WAYBILL_POOL_SIZE', 'many', 'a whole number from 1 to 1000'],
])('a wrong value of %s is named with the value and what is allowed: %s', (variable, value, allowed) => {
  for (const text of [
    message({ [variable]: value }),
    message({}, [flagOf(variable), value]),
    message({}, [`${flagOf(variable)}=${value}`]),
  ]) {
    expect(text).toContain(JSON.stringify(value));
    expect(text).toContain(`must be ${allowed}`);
    expect(text.trimEnd()).toMatch(/^[^\n]*\.$/);
  }
  expect(message({ [variable]: value })).toMatch(new RegExp(`^${variable} `));
  expect(message({}, [flagOf(variable), value])).toMatch(new RegExp(`^${flagOf(variable)} `));
});

test('of a list the item that is wrong is named', () => {
  for (const wrong of [
    '*',
    'app.example',
    'https://app.example/',
    'https://App.example',
    'https://app.example:443',
    'null',
    'ftp://a.example',
    '',
  ])
    expect(message({ WAYBILL_CORS_ORIGINS: `https://a.example, ${wrong}` })).toMatch(
      new RegExp(`; ${JSON.stringify(wrong).replaceAll(/[*.]/g, '\\$&')} is wrong\\.$`),
    );
  expect(message({ WAYBILL_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/33' })).toMatch(/; "10\.0\.0\.0\/33" is wrong\.$/);
  expect(readConfig({ WAYBILL_CORS_ORIGINS: 'https://a.example, http://localhost:5173,http://[::1]:81' }, []).corsOrigins).toEqual([
    'https://a.example',
    'http://localhost:5173',
    'http://[::1]:81',
  ]);
});

test('an unknown flag, or a flag without a value, stops the start', () => {
  expect(message({}, ['--prot', '1'])).toBe('There is no flag "--prot"; did you mean --port?');
  expect(message({}, ['--port'])).toBe('The flag --port has no value; it must be a whole number from 0 to 65535 (0 takes any free port).');
  expect(message({}, ['4000'])).toContain('There is no flag "4000"');
});

test('an unknown variable of ours is a warning that names the nearest known one', () => {
  expect(readConfig({ WAYBILL_PROT: '1', HOME: '/root' }, []).warnings).toEqual([
    'The environment variable WAYBILL_PROT is not known to Waybill; did you mean WAYBILL_PORT?',
  ]);
});

test('secrets are neither printed nor part of an error', () => {
  const databaseUrl = 'postgres://waybill:s3cr:et@db.example:5432/meta?password=s3cret2&sslmode=require';
  const printed = JSON.stringify(printable(readConfig({ DATABASE_URL: databaseUrl }, [])));
  expect(printed).toContain('postgres://waybill:***@db.example:5432/meta');
  expect(printed).not.toMatch(/s3cr/);
  // Where there is none, there is nothing to leave out.
  const open = 'postgres://waybill@db.example:5432/meta';
  expect(printable(readConfig({ DATABASE_URL: open }, []))).toMatchObject({ databaseUrl: open });
  for (const address of [
    'mysql://waybill:s3cret@h/db',
    'waybill:s3cret@h/db',
    'my+sql://waybill:s3cret@h/db',
    '://waybill:s3cret@h/db',
    'host=h password=s3cret dbname=db',
  ]) {
    expect(message({ DATABASE_URL: address })).not.toContain('s3cret');
    expect(message({}, ['--database-url', address])).not.toContain('s3cret');
    expect(message({}, [address])).not.toContain('s3cret');
  }
  expect(printable(readConfig({}, []))).toMatchObject({ port: 4000 });
});

test('the list of settings says all that its page needs', () => {
  for (const [key, { variable, does, allowed }] of Object.entries(settings)) {
    expect([key, variable]).toEqual([key, expect.stringMatching(/^(DATABASE_URL|WAYBILL_[A-Z_]+)$/)]);
    expect(does).toMatch(/\.$/);
    expect(allowed).not.toMatch(/\.$/);
    expect(help()).toContain(`${flagOf(variable)}  (${variable}`);
  }
});
