import { pathToValue } from '../path-to-value.js';
import { withoutBlanks } from '../checks.js';
import { globalId } from '../entity/ids.js';
import { DomainError } from '../errors.js';

/** Arguments that hold the name of a record of a kind: the last words of their path, without the places in lists. */
const namePaths: Readonly<Record<string, RegExp>> = {
  Process: /(^|\.)(input|process|processes|parent|child|subject)(\.name)?$/,
  Source: /(^|\.)(sources|targets|source)(\.name)?$/,
  SourceObject: /(^|\.)(objects|object|sourceObject|targetObject)(\.name)?$/,
  SourceObjectAttribute: /(^|\.)(attributes|attribute|sourceObjectAttribute|from|to)(\.name)?$/,
  Location: /(^|\.)(locations|location)(\.\w+)?$/,
};

/** Arguments that identify a location by its path, which the store does not repeat. */
const isPath = (_: unknown, path: readonly string[]) => /(^|\.)(location|locations|file)(\.\d+)?\.path$/.test(path.join('.'));

/** What a request has at a path. */
const sentAt = (args: unknown, path: string): unknown =>
  path.split('.').reduce((at, step) => (typeof at === 'object' && at !== null ? (Reflect.get(at, step) as unknown) : undefined), args);

/** The error for a new name with the argument that has it: any but names and paths of files, which may be so. */
function atName(error: DomainError, args: unknown): DomainError {
  const { code, message, details } = error;
  const isIt = (value: unknown, path: readonly string[]) => value === details.value && !/^(fileName|path)$/.test(path.at(-1)!);
  return new DomainError(code, message, { ...details, argument: pathToValue(args, isIt) ?? details.argument ?? 'input' });
}

/**
 * An error for a retired record, or for a new name that is refused, with the argument that has it, which the store does not know, and with what
 * stands there; any other error as it is.
 */
export function withRetiredArgument<E>(error: E, args: unknown): E | DomainError {
  if (!(error instanceof DomainError)) return error;
  if (error.details.allowed === withoutBlanks) return atName(error, args);
  if (!error.details.retiredAt) return error;
  const { argument: known, value: name, kind, databaseId: id } = error.details;
  if (typeof name !== 'string' || typeof kind !== 'string' || typeof id !== 'number') return error;
  const isId = (value: unknown, path: readonly string[]) =>
    (value === globalId(kind, id) && path.at(-1)!.toLowerCase().endsWith('id')) || (value === id && path.at(-1) === 'databaseId');
  const isName = (value: unknown, path: readonly string[]) =>
    value === name && namePaths[kind]!.test(path.filter((each) => !/^\d+$/.test(each)).join('.'));
  const isInName = (value: unknown, path: readonly string[]) =>
    path.at(-1) === 'qualifiedName' && typeof value === 'string' && value.includes(name);
  const ways = [isId, isName, isInName, ...(kind === 'Location' ? [isPath] : [])];
  const found = ways.map((isIt) => pathToValue(args, isIt)).find((path) => path !== undefined);
  return found === undefined ? retiredAt(error, known, name) : retiredAt(error, found, sentAt(args, found));
}

/** The error for a retired record with the argument that identifies it and what stands there; its name beside, where that is something else. */
export function retiredAt({ code, message, details }: DomainError, argument: string | undefined, sent: unknown): DomainError {
  const { argument: _, value: name, databaseId: __, ...others } = details;
  const where = argument === undefined ? {} : { argument };
  return new DomainError(code, message, { ...where, value: sent, ...(sent === name ? {} : { name }), ...others });
}
