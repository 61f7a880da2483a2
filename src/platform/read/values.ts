/** Collects the values of a statement and hands out their placeholders. */
export class Values {
  readonly list: unknown[] = [];
  add(value: unknown, cast?: string): string {
    this.list.push(value);
    return `$${this.list.length}${cast ? `::${cast}` : ''}`;
  }
}

/** A condition of one call, and a text that names it with its values (two conditions with one text are the same). */
export interface Condition {
  key: string;
  sql(values: Values): string;
}

/** A list of texts of our own in SQL, such as values of an enum: `'a', 'b'`. What callers send is a value of the statement instead. */
export const textsSql = (texts: Iterable<string>): string => Array.from(texts, (text) => `'${text}'`).join(', ');
