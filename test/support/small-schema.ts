import { conflict, invalid, notFound } from '../../src/platform/errors.js';
import { schemaOf } from './http.js';

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A schema with a field for each thing that can happen to a request, so that the HTTP server is tested without the concepts. */
export const smallSchema = schemaOf(
  `enum Level { LOW HIGH }
   input Wish { level: Level name: String! }
   interface Thing { id: Int }
   type Good implements Thing { id: Int }
   type PageInfo { hasNextPage: Boolean }
   type ItemConnection { nodes: [Item!]! edges: [ItemEdge!]! pageInfo: PageInfo! totalCount: Int! }
   type ItemEdge { node: Item! cursor: String! }
   type Item { id: Int! name: String items(first: Int, last: Int): ItemConnection! tags: [Tag!]! parent: Item }
   type Tag { name: String }
   type Query {
     hello(name: String = "world", level: Level, wish: Wish): String
     need(name: String!): String
     item: Item
     items(first: Int, last: Int): ItemConnection!
     secret: String
     secretItem: Item!
     refused: String
     missing: String
     thing: Thing
     things: [Thing]
     slow(ms: Int!): String
     sql(text: String!, value: String): String
   }
   type Mutation { write(wish: Wish): String conflict: String }`,
  {
    Query: {
      hello: (_, { name, level }) => `hello ${name}${level ? ` ${level}` : ''}`,
      need: (_, { name }) => name,
      item: () => ({ id: 1, name: 'one' }),
      items: () => ({ totalCount: 0, nodes: [{ id: 1, name: 'one' }], edges: [], pageInfo: {} }),
      secret: () => {
        throw new Error('select password from users: relation does not exist');
      },
      secretItem: async () => {
        throw new Error('select password from users: relation does not exist');
      },
      refused: () => {
        throw invalid('name is too long.', { argument: 'input.name', value: 'xxx', allowed: { max: 2 } });
      },
      missing: async () => {
        throw notFound('There is no process "x".');
      },
      thing: async () => ({ id: 1 }),
      things: async () => [{ id: 1 }, { id: 2 }],
      slow: async (_, { ms }) => {
        await sleep(ms);
        return 'done';
      },
      sql: async (_, { text, value }, ctx) => JSON.stringify(await ctx.db.query(text, value ? [value] : [])),
    },
    Mutation: {
      write: (_, __, ctx) => `written by ${ctx.actor}`,
      conflict: () => {
        throw conflict('It runs already.', { since: 'today' });
      },
    },
  },
);
