import { isObjectType, type GraphQLSchema } from 'graphql';
import { shapeOf, type Shape } from '../../platform/entity/rows.js';
import { entities } from '../entities.js';

const intro = `# The store, for users of ProcessTracker and of SQL

The tables of schema \`process_tracker\`, and where the GraphQL API shows their columns. The tables and columns of ProcessTracker keep its names, so that its
Python clients work on the same store; the API has names of its own. \`databaseId\` is the primary key that ProcessTracker uses. Written by
\`npm run schema\`.`;

/** The field that shows a column: under the name of its property, as a record where it is a foreign key, or as \`databaseId\`. */
function fieldOf(schema: GraphQLSchema, { name, key }: Shape, property: string, column: string): string {
  const type = schema.getType(name);
  if (!isObjectType(type)) return '';
  const fields = type.getFields();
  if (column === key) return 'databaseId' in fields ? '`databaseId`' : '`id`';
  const found = [property, property.replace(/Id$/, '')].find((each) => each in fields);
  return found ? `\`${found}\`` : '';
}

/** The page that says which column stands behind which field: the text of docs/store.md. */
export function storePage(schema: GraphQLSchema): string {
  const shapes = entities.map((entity) => shapeOf(entity)).sort((a, b) => (a.table < b.table ? -1 : 1));
  const tables = shapes.map((shape) => {
    const rows = [...shape.columns].map(
      ([property, { column, cast }]) =>
        `| \`${column}\` | ${cast.replace('timestamptz::timestamp', 'timestamp')} | ${fieldOf(schema, shape, property, column)} |`,
    );
    const type = schema.getType(shape.name) ? `, type \`${shape.name}\`` : '';
    return `## \`${shape.table}\`${type}\n\n| Column | SQL type | Field |\n| --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `${[intro, ...tables].join('\n\n')}\n`;
}
