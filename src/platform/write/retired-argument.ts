import { argumentOf } from '../argument-of.js';
import { globalId } from '../entity/ids.js';
import { DomainError } from '../errors.js';

/** Arguments that hold the name of a record of a kind: the last words of their path, without the places in lists. */
const namePaths: Readonly<Record<string, RegExp>> = {
  Process: /(^|\.)(input|process|processes|parent|child|subject)(\.name)?$/,
  Source: /(^|\.)(sources|targets|source)(\.name)?$/,
  SourceObject: /(^|\.)(objects|object|sourceObject)(\.name)?$/,
  SourceObjectAttribute: /(^|\.)(attributes|attribute|sourceObjectAttribute|from|to)(\.name)?$/,
  Location: /(^|\.)(locations|location)(\.\w+)?$/,
};

/** An error for a retired record with the argument that identifies it, which the store does not know; any other error as it is. */
export function withRetiredArgument<E>(error: E, args: unknown): E | DomainError {
  if (!(error instanceof DomainError) || !error.details.retiredAt) return error;
  const { argument: known, value: name, kind, databaseId: id, ...details } = error.details;
  if (typeof name !== 'string' || typeof kind !== 'string' || typeof id !== 'number') return error;
  const isId = (value: unknown, path: readonly string[]) =>
    (value === globalId(kind, id) && path.at(-1)!.toLowerCase().endsWith('id')) || (value === id && path.at(-1) === 'databaseId');
  const isName = (value: unknown, path: readonly string[]) =>
    value === name && namePaths[kind]!.test(path.filter((each) => !/^\d+$/.test(each)).join('.'));
  const isInName = (value: unknown, path: readonly string[]) =>
    path.at(-1) === 'qualifiedName' && typeof value === 'string' && value.includes(name);
  const argument = [isId, isName, isInName].map((isIt) => argumentOf(args, isIt)).find((path) => path !== undefined) ?? known;
  return new DomainError(error.code, error.message, { ...(argument === undefined ? {} : { argument }), value: name, kind, ...details });
}
