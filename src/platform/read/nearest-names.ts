import type { Queries } from '../database.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import { nearest } from '../nearest.js';

/** How many names are compared with a misspelt one: those that begin as it does first. */
const most = 2000;

/** Where a name was looked for: among all records of an entity, or those whose `scope` (a property) has this number. */
export interface Missing {
  entity: EntityClass;
  name: string;
  scope?: { property: string; id: number };
  /** Property that holds the names. */
  property?: string;
}

/** The known names that a missing one may be a slip of, the likeliest first; one statement. */
export async function nearestNames(db: Queries, { entity, name, scope, property = 'name' }: Missing): Promise<string[]> {
  const { table, columns } = shapeOf(entity);
  const column = columns.get(property)!.column;
  const inScope = scope ? `and ${columns.get(scope.property)!.column} = ${scope.id}` : '';
  const rows = await db.query<{ name: string }>(
    `select ${column} as name
     from ${table}
     where abs(length(${column}) - length($1)) <= 2 + length($1) / 3 ${inScope}
     order by lower(left(${column}, 1)) <> lower(left($1, 1)), ${column}
     limit ${most}`,
    [name],
  );
  return nearest(
    name,
    rows.map((row) => row.name),
  );
}
