import { PrimaryKey } from '@mikro-orm/decorators/legacy';

/** A part of a primary key that is text of our own making or somebody's name. */
export const TextKey = (name: string, options: { default?: string } = {}): ((target: object, property: string) => void) =>
  PrimaryKey({
    fieldName: name,
    type: 'string',
    columnType: 'text',
    collation: 'C',
    ...(options.default === undefined ? {} : { defaultRaw: options.default }),
  });
