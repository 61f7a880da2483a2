import { invalid } from '../platform/errors.js';

/** Algorithms by which stores and workers hash a content, and how many bytes each makes. */
const algorithms: Readonly<Record<string, number>> = {
  ...{ crc32: 4, crc32c: 4, adler32: 4, crc64: 8, crc64nvme: 8, xxh32: 4, xxh64: 8, xxh3: 8, xxh128: 16 },
  ...{ md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, 'sha3-256': 32, 'sha3-512': 64 },
  ...{ blake2s: 32, blake2b: 64, blake3: 32, quickxor: 20 },
};

/** Letters in which one algorithm is written: `SHA-256` is sha256, but `sha3-256` keeps its hyphen. */
const keyOf = (algorithm: string) => algorithm.toLowerCase().replace(/^(sha|md|crc|blake)[-_](?=\d)/, '$1');

/** @throws INVALID for an unknown algorithm, and for a value that cannot be a hash by it: neither hexadecimal nor Base64 of its length */
export function checkHash(algorithm: string, value: string, arguments_: { algorithm: string; value: string }): void {
  const bytes = algorithms[keyOf(algorithm)];
  if (bytes === undefined)
    throw invalid(`There is no hash algorithm ${JSON.stringify(algorithm.slice(0, 60))}.`, {
      argument: arguments_.algorithm,
      value: algorithm.slice(0, 60),
      allowed: Object.keys(algorithms),
    });
  const isHex = /^[0-9a-f]+$/i.test(value) && value.length === 2 * bytes;
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === bytes;
  if (!isHex && !isBase64)
    throw invalid(`${JSON.stringify(value.slice(0, 60))} is not a ${algorithm} hash, which has ${bytes} bytes.`, {
      argument: arguments_.value,
      value: value.slice(0, 60),
      allowed: `${2 * bytes} hexadecimal digits, or ${bytes} bytes in Base64`,
    });
}
