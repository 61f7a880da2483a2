import fc from 'fast-check';
import { checkInstant } from '../../src/platform/checks.js';
import { openApi, type Api } from '../support/api.js';

let api: Api;
beforeAll(async () => void (api = await openApi('instants')));
afterAll(() => api.close());

const digits = (n: number, width: number) => String(n).padStart(width, '0');
const pick = (...values: number[]) => fc.constantFrom(...values);

/** Texts that the scalar lets in, mostly on edges. */
const instant = fc
  .record({
    year: pick(0, 1, 2, 1900, 2024, 2026, 9998, 9999),
    month: pick(1, 2, 6, 12),
    day: pick(1, 28, 29, 30, 31),
    hour: pick(0, 9, 23),
    minute: pick(0, 30, 59),
    second: pick(0, 59, 60),
    fraction: fc.constantFrom('', '.0', '.9', '.999999', '.9999994', '.9999995', '.9999996', '.999999499', '.999999999', '.5000005'),
    offset: fc.oneof(
      fc.constantFrom('Z', 'z', '+00:00', '-00:00'),
      fc
        .tuple(fc.constantFrom('+', '-'), pick(0, 1, 9, 14, 15, 16, 17, 23), pick(0, 30, 59))
        .map(([s, h, m]) => s + digits(h, 2) + ':' + digits(m, 2)),
    ),
  })
  .map(
    (v) =>
      `${digits(v.year, 4)}-${digits(v.month, 2)}-${digits(v.day, 2)}T${digits(v.hour, 2)}:${digits(v.minute, 2)}:${digits(v.second, 2)}${v.fraction}${v.offset}`,
  );

test('an instant passes the check if, and only if, PostgreSQL takes it and answers one that can be given back', async () => {
  const texts = [...new Set(fc.sample(instant, 5_000))];
  // One statement: which of them PostgreSQL reads, and as what.
  await api.sql(`create function pg_temp_read(given text) returns text language plpgsql as $$
    begin return to_char(given::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z" AD'); exception when data_exception then return null; end $$`);
  const rows = await api.sql<{ given: string; read: string | null }>(
    'select given, pg_temp_read(given) as read from unnest($1::text[]) given',
    [texts],
  );
  const differ = rows.filter(({ given, read }) => {
    let passes = true;
    try {
      checkInstant(given, 'at');
    } catch {
      passes = false;
    }
    return passes !== (read !== null && /^\d{4}-.* AD$/.test(read) && !read.startsWith('0000'));
  });
  expect(differ).toEqual([]);
  expect(rows.filter(({ read }) => read).length).toBeGreaterThan(500);
});
