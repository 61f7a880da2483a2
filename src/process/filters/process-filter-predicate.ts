/** One condition, as it is written out. */
export interface FilterCondition {
  group: number;
  /** Code and name of the filter type. */
  code: string;
  type: string;
  /** Names of the source, the object and the attribute; a row of another client may lack the first two. */
  path: readonly (string | null)[];
  /** The values compared with: several only where the code is `in`. */
  values: readonly FilterValue[];
}

export interface FilterValue {
  text: string | null;
  /** Decimal notation. */
  number: string | null;
}

/** Code of the operator that compares with a list. */
export const listOperator = 'in';

const symbols: Readonly<Record<string, string>> = { eq: '=', lt: '<', gt: '>', lte: '<=', gte: '>=', not: '<>', lke: 'like' };

/** Names that read as one word stand as they are; others in double quotes, as SQL has it. */
const nameOf = (name: string) => (/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** The names of an attribute from the outside in, as `warehouse.teams.year`. */
export const pathOf = (path: readonly (string | null)[]): string =>
  path
    .filter((name) => name !== null)
    .map(nameOf)
    .join('.');

const literal = ({ text, number }: FilterValue) => (text === null ? (number ?? 'null') : `'${text.replaceAll("'", "''")}'`);

/** A list of values as SQL writes it. This is what `filter_value_string` holds of a list, for clients that know only that column. */
export const renderList = (values: readonly FilterValue[]): string => `(${values.map(literal).join(', ')})`;

const item = String.raw`(?:'([^']*(?:''[^']*)*)'|(-?\d+(?:\.\d+)?))`;
const items = String.raw`\s*${item}\s*(?:,\s*${item}\s*)*`;
// No two runs of blanks side by side: how to share them out would be tried in all ways.
const list = new RegExp(String.raw`^(?:\s*\(${items}\)\s*|${items})$`);

/** The values of a list that another client wrote. What is not written as SQL would have it, such as `AL,NL`, is one text. */
export function parseList(text: string): FilterValue[] {
  if (!list.test(text)) return [{ text, number: null }];
  return [...text.matchAll(new RegExp(item, 'g'))].map(([, quoted, number]) => ({
    text: quoted?.replaceAll("''", "'") ?? null,
    number: number ?? null,
  }));
}

export function renderCondition({ code, type, path, values }: FilterCondition): string {
  const at = pathOf(path);
  if (code === listOperator) return `${at} in ${renderList(values)}`;
  const [value = { text: null, number: null }] = values;
  const none = value.text === null && value.number === null;
  if (none && (code === 'eq' || code === 'not')) return `${at} is ${code === 'not' ? 'not ' : ''}null`;
  // An operator of the user's own reads by its name.
  return `${at} ${symbols[code] ?? type} ${literal(value)}`;
}

/** All conditions of a process, which come in the order of their groups, as one sentence; null where there are none. */
export function renderPredicate(conditions: readonly FilterCondition[]): string | null {
  const groups = [...Map.groupBy(conditions, ({ group }) => group).values()].map((group) => group.map(renderCondition).join(' and '));
  if (!groups.length) return null;
  return groups.length === 1 ? groups[0]! : groups.map((group) => `(${group})`).join(' or ');
}
