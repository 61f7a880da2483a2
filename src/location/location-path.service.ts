import { invalid } from '../platform/errors.js';

/** What a path says of the location that lies there. */
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

/** Schemes of URIs, and the kind of location that each means. Where a bucket (or container) stands in a URI, it is its host. */
const schemes: Readonly<Record<string, { type: string; bucket?: true; query?: true }>> = {
  file: { type: localFilesystem },
  s3: { type: 's3', bucket: true },
  s3a: { type: 's3', bucket: true },
  s3n: { type: 's3', bucket: true },
  gs: { type: 'gs', bucket: true },
  abfs: { type: 'abfs', bucket: true },
  abfss: { type: 'abfss', bucket: true },
  wasb: { type: 'wasb', bucket: true },
  wasbs: { type: 'wasbs', bucket: true },
  adl: { type: 'adl' },
  oss: { type: 'oss', bucket: true },
  hdfs: { type: 'hdfs' },
  webhdfs: { type: 'webhdfs' },
  dbfs: { type: 'dbfs' },
  http: { type: 'http', query: true },
  https: { type: 'https', query: true },
  ftp: { type: 'ftp' },
  ftps: { type: 'ftps' },
  sftp: { type: 'sftp' },
};
/** Schemes by which a path tells the kind of its location. */
export const knownSchemes = Object.keys(schemes);

const refuse = (argument: string, value: string, why: string, allowed: string) =>
  invalid(`${argument} ${why}: ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}.`, { argument, value, allowed });

/** @throws INVALID for text that no path or file name may hold, whatever it means */
export function checkPathText(value: string, argument: string): void {
  const bytes = Buffer.byteLength(value);
  if (!value.trim() || bytes > maxBytes)
    throw invalid(`${argument} must have 1 to ${maxBytes} bytes, this has ${value.trim() ? bytes : 'none but blanks'}.`, {
      argument,
      value: value.slice(0, 60),
      allowed: { minBytes: 1, maxBytes },
    });
  if (/\p{Cc}/u.test(value) || !value.isWellFormed())
    throw refuse(argument, value, 'must not hold control characters or halves of surrogate pairs', 'printable text');
}

/** The parts of a path without those that mean nothing. @throws INVALID for one that leads upwards */
function partsOf(path: string, separator: RegExp, argument: string, value: string): string[] {
  const parts = path.split(separator).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refuse(argument, value, 'must not lead upwards by `..`', 'a path without `..`');
  return parts;
}

/**
 * One text for one place: without a slash at the end, doubled slashes and `.`; the scheme in small letters, all else as given.
 * @throws INVALID naming the argument for `..`, control characters, and what is too long
 */
export function describePath(given: string, argument: string): DescribedPath {
  checkPathText(given, argument);
  const [, scheme = '', beyond = ''] = /^([A-Za-z][A-Za-z0-9+.-]+):\/\/(.*)$/.exec(given) ?? [];
  if (scheme) {
    const known = schemes[scheme.toLowerCase()];
    // Only on the web do these begin what is no path any more; elsewhere they may stand in names.
    const end = known?.query ? beyond.search(/[?#]/) : -1;
    const [host = '', ...below] = (end < 0 ? beyond : beyond.slice(0, end)).split('/');
    const rest = end < 0 ? '' : beyond.slice(end);
    const parts = partsOf(`${host === '..' ? '../' : ''}${below.join('/')}`, /\//, argument, given);
    const path = `${scheme.toLowerCase()}://${host}${host || parts.length ? '' : '/'}${parts.map((part) => `/${part}`).join('')}${rest}`;
    const bucket = (known?.bucket && host.split('@')[0]) || null;
    return { path, type: known?.type, bucket, names: namesOf(known?.type ?? scheme.toLowerCase(), host, parts, path) };
  }
  const drive = /^([A-Za-z]:)?[\\/]/.exec(given)?.[1];
  const windows = drive !== undefined || given.startsWith('\\\\');
  const parts = partsOf(given, windows ? /[\\/]/ : /\//, argument, given);
  const path = windows
    ? `${drive ? '' : '\\\\'}${parts.join('\\')}${drive && parts.length === 1 ? '\\' : ''}`
    : `${given.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.';
  return { path, type: localFilesystem, bucket: null, names: namesOf(localFilesystem, '', parts, path) };
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
  return location.endsWith(separator) ? location + fileName : `${location}${separator}${fileName}`;
};
