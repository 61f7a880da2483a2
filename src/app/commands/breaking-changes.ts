import { buildSchema, findBreakingChanges } from 'graphql';

/** How graphql-js words a change, and the coordinate of what it is about. */
const coordinates: [RegExp, string][] = [
  [/^A required arg (\w+) on ([\w.]+).*/, '$2($1:)'],
  [/^([\w.]+) arg (\w+) .*/, '$1($2:)'],
  [/^A required field (\w+) on input type (\w+).*/, '$2.$1'],
  [/^(\w+) was removed from (?:enum|union) type (\w+).*/, '$2.$1'],
  [/^(?:Standard scalar )?([\w.]+).*/, '$1'],
];

function coordinateOf(change: string): string {
  const [pattern, coordinate] = coordinates.find(([pattern]) => pattern.test(change))!;
  return change.replace(pattern, coordinate);
}

const names = (text: string, coordinate: string) =>
  new RegExp(`(?<![\\w.])${coordinate.replace(/[.()]/g, '\\$&')}(?![\\w(]|\\.\\w)`).test(text);

/** The changes from one schema to another that break clients and that `notes` do not name, as `coordinate: what happened`. */
export const unnamedBreakingChanges = (before: string, after: string, notes: string): string[] =>
  findBreakingChanges(buildSchema(before), buildSchema(after))
    .map(({ description }) => [coordinateOf(description), description] as const)
    .filter(([coordinate]) => !names(notes, coordinate))
    .map((change) => change.join(': '));
