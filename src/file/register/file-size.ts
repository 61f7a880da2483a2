import { invalid } from '../../platform/errors.js';

interface Unit {
  /** As the look-up of units calls it. */
  name: string;
  code: string;
  bytes: bigint;
}

const unit = (name: string, code: string, base: number, power: number): Unit => ({ name, code, bytes: BigInt(base) ** BigInt(power) });

/** Units of a size: of 1000, and of 1024. */
const units: readonly Unit[] = [
  unit('bytes', 'B', 1000, 0),
  ...['kilo', 'mega', 'giga', 'tera'].map((name, i) => unit(`${name}bytes`, `${name.charAt(0).toUpperCase()}B`, 1000, i + 1)),
  ...['kibi', 'mebi', 'gibi', 'tebi'].map((name, i) => unit(`${name}bytes`, `${name.charAt(0).toUpperCase()}iB`, 1024, i + 1)),
];
const allowed = units.map(({ code }) => code);
const byName = new Map(
  units.flatMap((each) => [each.name, each.name.slice(0, -1), each.code].map((name) => [name.toLowerCase(), each] as const)),
);

const maxBytes = 9_223_372_036_854_775_807n;

export interface FileSize {
  /** The number as it was given. */
  size: string;
  unit: string;
  unitCode: string;
  bytes: string;
}

/** The size in text such as `2.2 GB`, whatever the case of its unit; parts of a byte are rounded. @throws INVALID naming the units */
export function fileSize(text: string, argument: string): FileSize {
  const [, whole, fraction = '', word] = /^\s*(\d{1,30})(?:\.(\d{1,30}))?\s*([A-Za-z]+)\s*$/.exec(text) ?? [];
  const found = word && byName.get(word.toLowerCase());
  if (!whole || !found)
    throw invalid(`${argument} must be a number with a unit, such as 2.2 GB; units are ${allowed.join(', ')}.`, {
      argument,
      value: text.length > 60 ? `${text.slice(0, 60)}…` : text,
      allowed,
    });
  const scale = 10n ** BigInt(fraction.length);
  const bytes = (BigInt(whole + fraction) * found.bytes * 2n + scale) / (scale * 2n);
  if (bytes > maxBytes)
    throw invalid(`${argument} may be at most ${maxBytes} bytes.`, { argument, value: text, allowed: { maxBytes: String(maxBytes) } });
  return {
    size: fraction ? `${BigInt(whole)}.${fraction}` : String(BigInt(whole)),
    unit: found.name,
    unitCode: found.code,
    bytes: String(bytes),
  };
}

/** A number of bytes as a size. @throws INVALID if it cannot be stored */
export function sizeInBytes(bytes: string, argument: string): FileSize {
  if (bytes.startsWith('-') || BigInt(bytes) > maxBytes)
    throw invalid(`${argument} must be between 0 and ${maxBytes}, not ${bytes}.`, {
      argument,
      value: bytes,
      allowed: { min: 0, max: String(maxBytes) },
    });
  const text = String(BigInt(bytes));
  return { size: text, unit: 'bytes', unitCode: 'B', bytes: text };
}
