import { invalid } from '../platform/errors.js';
import { maskAddress } from '../platform/mask-secrets.js';

/** Facts of a location that its path shows. */
export interface DescribedPath {
  /** As it is stored: one text for one place. */
  path: string;
  /** Kind of location; undefined where the scheme is not known. */
  type: string | undefined;
  bucket: string | null;
  /** Names for it where none is given, of which the first that is free is taken; the last with a number behind it if none is. */
  names: string[];
}

const maxBytes = 2000;
const localFilesystem = 'local filesystem';

/**
 * Schemes of URIs, and the kind of location that each means. A bucket (or container) is the host of its URI, behind or before an `@`. `query`: what
 * begins with `?` or `#` is no path any more.
 */
const schemes: Readonly<Record<string, { type: string; bucket?: 'behind' | 'before'; query?: true }>> = {
  file: { type: localFilesystem },
  s3: { type: 's3', bucket: 'behind' },
  s3a: { type: 's3', bucket: 'behind' },
  s3n: { type: 's3', bucket: 'behind' },
  gs: { type: 'gs', bucket: 'behind' },
  gcs: { type: 'gs', bucket: 'behind' },
  abfs: { type: 'abfs', bucket: 'before' },
  abfss: { type: 'abfss', bucket: 'before' },
  wasb: { type: 'wasb', bucket: 'before' },
  wasbs: { type: 'wasbs', bucket: 'before' },
  adl: { type: 'adl' },
  oss: { type: 'oss', bucket: 'behind' },
  hdfs: { type: 'hdfs' },
  webhdfs: { type: 'webhdfs' },
  dbfs: { type: 'dbfs' },
  http: { type: 'http', query: true },
  https: { type: 'https', query: true },
  ftp: { type: 'ftp' },
  ftps: { type: 'ftps' },
  sftp: { type: 'sftp' },
  jdbc: { type: 'jdbc' },
};
/** Schemes by which a path shows the kind of its location. */
export const knownSchemes = Object.keys(schemes);

const refuse = (argument: string, value: string, why: string, allowed: string) => {
  const shown = maskAddress(value);
  return invalid(`${argument} ${why}: ${JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown)}.`, {
    argument,
    value: shown,
    allowed,
  });
};

/** @throws INVALID for text that no path or file name may contain */
export function checkPathText(value: string, argument: string): void {
  const bytes = Buffer.byteLength(value);
  if (!value.trim() || bytes > maxBytes)
    throw invalid(`${argument} must have 1 to ${maxBytes} bytes, this has ${value.trim() ? bytes : 'only blanks'}.`, {
      argument,
      value: maskAddress(value.slice(0, 2 * maxBytes)).slice(0, 60),
      allowed: { minBytes: 1, maxBytes },
    });
  if (/\p{Cc}/u.test(value) || !value.isWellFormed())
    throw refuse(argument, value, 'must not contain control characters or halves of surrogate pairs', 'printable text');
}

/** The parts of a path without those that mean nothing. @throws INVALID for one that leads upwards */
function partsOf(path: string, separator: RegExp, argument: string, value: string): string[] {
  const parts = path.split(separator).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refuse(argument, value, 'must not contain `..`', 'a path without `..`');
  return parts;
}

/** A URI, in two parts. One letter before the colon is a drive. */
const uri = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/;

/**
 * The path as it is stored and shown: as given, but without a slash at the end, doubled slashes and `.`, with the scheme in small letters, and without
 * a password. Other spellings of the same place are found by its canonical path (canonical-path.sql).
 * @throws INVALID naming the argument for `..`, control characters, and a path that is too long
 */
export function describePath(given: string, argument: string): DescribedPath {
  checkPathText(given, argument);
  const [, written, rest] = uri.exec(maskAddress(given)) ?? [];
  if (written && rest !== undefined) return describeUri(written.toLowerCase(), rest, given, argument);
  const drive = /^([A-Za-z]:)?[\\/]/.exec(given)?.[1];
  const windows = drive !== undefined || given.startsWith('\\\\');
  const parts = partsOf(given, windows ? /[\\/]/ : /\//, argument, given);
  const path = windows
    ? `${drive ? '' : '\\\\'}${parts.join('\\')}${drive && parts.length === 1 ? '\\' : ''}`
    : `${given.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.';
  // What would be read as a URI or as a drive otherwise.
  return {
    path: uri.test(path) || (!windows && /^([A-Za-z]:[\\/]|\\\\)/.test(path)) ? `./${path}` : path,
    type: localFilesystem,
    bucket: null,
    names: namesOf(localFilesystem, '', parts, path),
  };
}

/** A host with or without a port, or several of them. What else stands there is a password with a slash in it. */
const hosts = /^(\[[^\]]*\]|[^:,[\]]*)(:\d*)?(,(\[[^\]]*\]|[^:,[\]]*)(:\d*)?)*$/;

function describeUri(scheme: string, rest: string, given: string, argument: string): DescribedPath {
  const { type, bucket: side, query } = schemes[scheme] ?? {};
  const end = query ? rest.search(/[?#]/) : -1;
  const [, start, authority = '', below = ''] = /^(?:(\/\/)([^/]*))?(.*)$/.exec(end < 0 ? rest : rest.slice(0, end))!;
  const rooted = start !== undefined || below.startsWith('/');
  // `jdbc:…` and the like have no directories.
  if (!rooted && scheme !== 'file') {
    const path = `${scheme}:${rest}`;
    return { path, type, bucket: null, names: namesOf(type ?? scheme, '', [], path) };
  }
  const host = authority.replace(/^.*@/, '');
  if (scheme !== 'file' && !hosts.test(host))
    throw refuse(argument, `${scheme}://***`, 'has no host and port before its first slash', 'a slash in a password written as %2F');
  if (side && !host)
    throw refuse(argument, given, 'names no bucket', `${scheme}:// and the name of the ${side === 'behind' ? 'bucket' : 'container'}`);
  const parts = partsOf(`${authority === '..' ? '../' : ''}${below}`, /\//, argument, given);
  const path = parts.map((part, i) => (i || rooted ? `/${part}` : part)).join('') || (authority ? '' : rooted ? '/' : '.');
  const described = `${scheme}:${start ?? ''}${authority}${path}${end < 0 ? '' : rest.slice(end)}`;
  return {
    path: described,
    type,
    bucket: (side === 'behind' ? host : side && authority.split('@')[0]) || null,
    names: namesOf(type ?? scheme, authority.replace(':***@', '@'), parts, described),
  };
}

/** As ProcessTracker derives them: the kind, the host, and the last part; then with the whole path, which no other location has. */
function namesOf(type: string, host: string, parts: readonly string[], path: string): string[] {
  const kind = `${type === localFilesystem ? 'local' : type}${host ? ` ${host}` : ''}`;
  const full = `${type === localFilesystem ? 'local' : type} - ${path}`;
  return [...(parts.length ? [`${kind} - ${parts.at(-1)!}`] : []), full];
}

/** Where a file lies: its location's path and its name. */
export const joinPath = (location: string, fileName: string): string => {
  const separator = /^([A-Za-z]:\\|\\\\)/.test(location) ? '\\' : '/';
  const name = separator === '/' ? fileName : fileName.replaceAll('/', separator);
  return location.endsWith(separator) ? location + name : `${location}${separator}${name}`;
};
