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

/** The names of a table `| Old | New |` in some notes: whole coordinates, or a name wherever it stands; `*` stands for the rest of a name. */
function renamedIn(notes: string): (name: string) => boolean {
  const [, table = ''] = /^\| Old +\| New +\|\n\|[-| ]+\|\n((?:\|.*\n)*)/m.exec(notes) ?? [];
  const olds = table.split('\n').flatMap((row) => {
    let type = '';
    return [...(/^\|(.*?) \| /.exec(row)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, old = '']) => {
      // `.name` is a field of the type before.
      const whole = old.startsWith('.') ? type + old : old;
      type = whole.split('.')[0]!;
      return whole;
    });
  });
  const patterns = olds.map(
    (old) =>
      new RegExp(
        `^${old
          .replace(/: [^)]*/, ':')
          .replace(/[.()]/g, '\\$&')
          .replaceAll('*', '\\w*')}$`,
      ),
  );
  return (name) => patterns.some((pattern) => pattern.test(name));
}

/**
 * The changes from one schema to another that break clients and that `notes` do not name, as `coordinate: what happened`. A change is named by its
 * coordinate, or by a row of the table of renamed names: by its coordinate there, its field, its argument or its type, or the type that a field had.
 */
export function unnamedBreakingChanges(before: string, after: string, notes: string): string[] {
  const isRenamed = renamedIn(notes);
  return findBreakingChanges(buildSchema(before), buildSchema(after))
    .map(({ description }) => [coordinateOf(description), description] as const)
    .filter(([coordinate, description]) => {
      const [, type] = /changed type from \[?(\w+)/.exec(description) ?? [];
      const parts = [coordinate, ...coordinate.split(/[.(:)]+/).filter(Boolean), ...(type ? [type] : [])];
      return !names(notes, coordinate) && !parts.some(isRenamed);
    })
    .map((change) => change.join(': '));
}
