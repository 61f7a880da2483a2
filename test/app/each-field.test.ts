import { getNamedType, graphql, isCompositeType, isLeafType, isObjectType, isRequiredArgument, type GraphQLObjectType } from 'graphql';
import pg from 'pg';
import { connectionOptions, Database } from '../../src/platform/database.js';
import { globalId } from '../../src/platform/entity/ids.js';
import { entityNamed, shapeOf } from '../../src/platform/entity/rows.js';
import { createContext } from '../../src/platform/read/context.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillFiles } from '../support/files.js';
import { fillRuns } from '../support/runs.js';

/**
 * A row is read with the columns that the fields asked for stand on. A resolver that needs another one is right as long as that is asked for
 * too, so each field is asked for alone and beside all others. What a field answers about another row with an id is that id: it is asked there.
 */

let api: Api;
let db: Database;
beforeAll(async () => {
  api = await openApi('each_field');
  await fillCatalogue(api, 3);
  await fillRuns(api);
  await fillFiles(api);
  await api.run(`mutation {
    createLookup(input: { kind: CHARACTER_SET, name: "UTF-8" }) { created }
    createCluster(input: { name: "big", maxMemory: 64, maxMemoryUnit: "GB" }) { created }
    assignProcessToCluster(input: { cluster: { name: "big" }, process: { name: "process 002" }, neededMemory: 16 }) { changed }
    addProcessFilters(input: { process: { name: "process 002" }, filters: [{
      attribute: { source: "landing zone 2", object: "file 002", name: "column 2" }, operator: "eq", values: [{ text: "x" }]
    }] }) { added }
  }`);
  // The clock stands still, or answers would differ by it.
  const options = `${connectionOptions('UTC')} -c waybill.now=2030-01-02T00:00:00Z`;
  const pool = new pg.Pool({ connectionString: api.url, options, max: 10 });
  // Connections that are about to end may be told that their database is dropped.
  pool.on('error', () => undefined);
  db = new Database(pool);
});
afterAll(async () => {
  await db.close();
  await api.close();
});

const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node');

/** Each way from a type to something that is answered, as a list of field names. */
function waysFrom(type: GraphQLObjectType, met: readonly GraphQLObjectType[] = []): string[][] {
  return Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return [];
    const to = getNamedType(field.type);
    if (isLeafType(to)) return [[field.name]];
    if (!isCompositeType(to)) return [];
    if (!isObjectType(to)) return [[field.name, '__typename']];
    if (isNode(to)) return [[field.name, 'id']];
    return met.includes(to) ? [] : waysFrom(to, [...met, type]).map((way) => [field.name, ...way]);
  });
}

const selection = ([name, ...rest]: string[]): string => (rest.length ? `${name} { ${selection(rest)} }` : name!);

/** What stands at the end of a way, in lists and objects on the way as well. */
const at = (value: unknown, [name, ...rest]: string[]): unknown =>
  Array.isArray(value)
    ? value.map((each) => at(each, [name!, ...rest]))
    : value === null || name === undefined
      ? value
      : at((value as Record<string, unknown>)[name], rest);

async function answers(type: string, ids: readonly number[], fields: string): Promise<unknown[]> {
  const source = `{ ${ids.map((id, i) => `n${i}: node(id: "${globalId(type, id)}") { ... on ${type} { ${fields} } }`).join(' ')} }`;
  const contextValue = createContext(db, { actor: 'tester', role: 'admin' }, 'test');
  const { data, errors } = await graphql({ schema: api.schema, source, contextValue });
  if (errors) throw new Error(`${fields}: ${errors[0]!.message}`);
  return Object.values(data!);
}

test('each field of a row answers alone what it answers beside all others', async () => {
  const differing: string[] = [];
  const without: string[] = [];
  for (const type of Object.values(api.schema.getTypeMap())) {
    if (!isObjectType(type) || !isNode(type)) continue;
    const { table, key } = shapeOf(entityNamed(type.name)!);
    const ids = (await api.sql<{ id: number }>(`select ${key} as id from ${table} where ${key} > 0 order by 1 limit 20`)).map(
      ({ id }) => id,
    );
    if (!ids.length) {
      without.push(type.name);
      continue;
    }
    const ways = waysFrom(type);
    const together = await answers(type.name, ids, ways.map(selection).join(' '));
    for (const way of ways) {
      const alone = await answers(type.name, ids, selection(way));
      if (JSON.stringify(at(alone, way)) !== JSON.stringify(at(together, way))) differing.push(`${type.name}.${way.join('.')}`);
    }
  }
  expect({ differing, without }).toEqual({ differing: [], without: [] });
});
