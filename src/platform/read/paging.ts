import type { GraphQLResolveInfo } from 'graphql';
import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import type { Context } from './context.js';
import { decodeCursor, encodeCursor, orderKey } from './cursors.js';
import { invalid } from '../errors.js';
import { filteredAs, preparationOf, whereCondition, type Where } from './filter-sql.js';
import { grouped } from './loaders.js';
import type { Row } from '../entity/node.js';
import { shapeOf, type EntityClass } from '../entity/rows.js';
import { readingFor, remembered, selectedFields, type Reading } from './selection.js';
import { Values, type Condition } from './values.js';

const defaultFirst = 50;
const maxFirst = 500;

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Number of rows from the start, or after the cursor \`after\`: 0 to ${maxFirst}, default ${defaultFirst}.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor: the page starts after it (`pageInfo.endCursor` of the previous page).' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `Number of rows from the end, or before the cursor \`before\`: 0 to ${maxFirst}. Excludes \`first\`.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor: the page ends before it (`pageInfo.startCursor` of the next page).' })
  before?: string | null;
}

@ObjectType({ description: 'Position of a page in its list.' })
export class PageInfo {
  @Field({ description: 'Whether rows follow this page.' }) hasNextPage!: boolean;
  @Field({ description: 'Whether rows precede this page.' }) hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first row; null on an empty page.' }) startCursor!: string | null;
  @Field(() => String, { nullable: true, description: 'Cursor of the last row; null on an empty page.' }) endCursor!: string | null;
}

/** A list of the API: which rows, in which order, below which parent. */
export interface ListSource {
  /** Names the list and its order in its cursors: a cursor of another list is refused. */
  name: string;
  /** The rows: an entity, under the alias `t`. */
  entity: EntityClass;
  /** FROM clause in which the rows are `t`. The entity's own table if left out. */
  from?: string;
  /** SQL of the parent's number, for a list below something. */
  parent?: string;
  /** Properties (of the entity, or of `extra`) that order the list; together they are unique. None may be null. */
  order: readonly string[];
  /** The order is the other way round. */
  descending?: boolean;
  /**
   * Further columns of each row, by property: what a link says of it. Where it orders the list, `cast` is needed, and `read` where the
   * driver would not give the value exactly.
   */
  extra?: Readonly<Record<string, { sql: string; cast?: string; read?: string }>>;
  /** A condition that always holds. */
  where?: string;
  /** The field of a node in which the entity stands, where a node says more than the entity: a contact with its role. */
  inside?: string;
  /** The class that the filter of the list is on, where it is more than the entity: a contact link. */
  filteredAs?: EntityClass;
  /** The list leaves retired rows out unless asked for them. Lists of facts (what a process reads, say) never do. */
  retirable?: boolean;
}

export interface Page {
  nodes: Row[];
  pageInfo: PageInfo;
  list: ListSource;
  count(): Promise<number>;
}

interface Slice {
  limit: number;
  backwards: boolean;
  edge: unknown[] | undefined;
}

/** @throws INVALID naming the argument that is negative, too large, or does not go with another. */
function sliceOf(list: ListSource, args: PageArgs): Slice {
  for (const [argument, value] of [
    ['first', args.first],
    ['last', args.last],
  ] as const)
    if (typeof value === 'number' && (value < 0 || value > maxFirst))
      throw invalid(`${argument} must be between 0 and ${maxFirst}, not ${value}.`, {
        argument,
        value,
        allowed: { min: 0, max: maxFirst },
      });
  if (typeof args.first === 'number' && typeof args.last === 'number')
    throw invalid('first and last cannot be used together.', { argument: 'last', value: args.last, allowed: 'first or last' });
  const backwards = typeof args.last === 'number' || (!!args.before && typeof args.first !== 'number');
  if (backwards && args.after)
    throw invalid('after goes with first, not with last or before.', { argument: 'after', value: args.after, allowed: 'first and after' });
  if (!backwards && args.before)
    throw invalid('before goes with last, not with first.', { argument: 'before', value: args.before, allowed: 'last and before' });
  const cursor = backwards ? args.before : args.after;
  return {
    backwards,
    limit: (backwards ? args.last : args.first) ?? defaultFirst,
    edge: cursor ? decodeCursor(list, cursor, backwards ? 'before' : 'after') : undefined,
  };
}

const fromOf = (list: ListSource) => list.from ?? `${shapeOf(list.entity).table} t`;

/** Whether the rows are read from the greatest key down. */
const isDescending = (list: ListSource, slice: Slice): boolean => slice.backwards !== (list.descending ?? false);

function conditions(list: ListSource, values: Values, conditionsOfCall: readonly Condition[], slice?: Slice): string {
  const all = [...(list.where ? [list.where] : []), ...conditionsOfCall.map((condition) => condition.sql(values))];
  if (slice?.edge) {
    const keys = list.order.map((property) => orderKey(list, property).sql).join(', ');
    const edge = list.order.map((property, i) => values.add(slice.edge![i], orderKey(list, property).cast)).join(', ');
    all.push(`(${keys}) ${isDescending(list, slice) ? '<' : '>'} (${edge})`);
  }
  return all.length ? all.map((each) => `(${each})`).join(' and ') : 'true';
}

function pageSql(
  list: ListSource,
  { columns, joins }: Reading,
  values: Values,
  conditionsOfCall: readonly Condition[],
  slice: Slice,
  parent?: string,
): string {
  const order = list.order.map((property) => `${orderKey(list, property).sql}${isDescending(list, slice) ? ' desc' : ''}`).join(', ');
  const where = [...(parent ? [`${list.parent} = ${parent}`] : []), conditions(list, values, conditionsOfCall, slice)].join(' and ');
  return [
    `select ${columns}`,
    `from ${fromOf(list)}${joins}`,
    `where ${where}`,
    `order by ${order}`,
    // One row more than asked for says whether the list goes on.
    `limit ${values.add(slice.limit + 1, 'int')}`,
  ].join(' ');
}

function pageOf(list: ListSource, slice: Slice, rows: Row[], count: () => Promise<number>): Page {
  const more = rows.length > slice.limit;
  const nodes = more ? rows.slice(0, slice.limit) : rows;
  if (slice.backwards) nodes.reverse();
  const behind = slice.edge !== undefined;
  return {
    nodes,
    list,
    count,
    pageInfo: {
      hasNextPage: slice.backwards ? behind : more,
      hasPreviousPage: slice.backwards ? more : behind,
      get startCursor() {
        return nodes.length ? encodeCursor(list, nodes[0]!) : null;
      },
      get endCursor() {
        return nodes.length ? encodeCursor(list, nodes.at(-1)!) : null;
      },
    },
  };
}

/** How a page is read: what the field asks for, and what orders the list where cursors are made of it. */
const readingOf = (info: GraphQLResolveInfo, list: ListSource): Reading =>
  remembered(info, list.name, () => {
    const inside = list.inside ? `.${list.inside}` : '';
    const asked = selectedFields(info);
    const order = asked.has('edges') || asked.has('pageInfo') ? list.order : [];
    const { columns, joins } = readingFor(info, list.entity, [`nodes${inside}`, `edges.node${inside}`], order);
    const extra = Object.entries(list.extra ?? {})
      .filter(([property]) => inside || !list.order.includes(property) || order.length)
      .map(([property, { sql, read = sql }]) => `, ${read} as "${property}"`);
    return { columns: columns + extra.join(''), joins };
  });

/**
 * One page of a list. Below a parent, the pages of all parents of the same field are one statement; `totalCount` is another, and runs
 * only where it is asked for.
 */
export async function page(
  ctx: Context,
  info: GraphQLResolveInfo,
  list: ListSource,
  args: PageArgs & { where?: Where | null },
  options: { parent?: number; where?: readonly (Condition | undefined)[] } = {},
): Promise<Page> {
  ctx.budget.take(0);
  const slice = sliceOf(list, args);
  const preparing = preparationOf(ctx.loaders, args.where);
  const chosen = whereCondition(filteredAs(list), args.where, preparing && (await preparing));
  const where = [...(options.where ?? []), chosen].filter((condition) => condition !== undefined);
  const reading = readingOf(info, list);
  if (options.parent === undefined) {
    const values = new Values();
    const rows = await ctx.db.query<Row>(pageSql(list, reading, values, where, slice), values.list);
    ctx.budget.take(Math.min(rows.length, slice.limit));
    return pageOf(list, slice, rows, async () => {
      const counted = new Values();
      const counts = `select count(*) from ${fromOf(list)}`;
      const [row] = await ctx.db.query<{ count: string }>(`${counts} where ${conditions(list, counted, where)}`, counted.list);
      return Number(row!.count);
    });
  }
  const condition = where.map(({ key }) => key).join(' ');
  const rows = await ctx.loaders
    .get<number, Row[]>(`${list.name} ${JSON.stringify(slice)} ${condition} (${reading.columns})`, async (parents) => {
      const values = new Values();
      const keys = values.add(parents, 'int[]');
      const pages = [
        // The keys come through a subquery: their number would make a plan for each call look better than it is.
        `select k.key as "__key", x.* from unnest((select ${keys})) k(key)`,
        `cross join lateral (${pageSql(list, reading, values, where, slice, 'k.key')}) x`,
        // What no answer may hold is not read. Rows that only say whether a list goes on are not counted.
        ...(parents.length * slice.limit >= ctx.budget.next ? [`limit ${values.add(ctx.budget.next + parents.length, 'bigint')}`] : []),
      ];
      return grouped(parents, await ctx.db.query<Row & { __key: number }>(pages.join(' '), values.list));
    })
    .load(options.parent);
  // Each page of the answer counts, also where several parents of it are one record, whose rows are read once.
  ctx.budget.take(Math.min(rows.length, slice.limit));
  // All pages of one field come at once: what each of them leads to is work enough for a turn.
  if (ctx.large) await ctx.large.turn();
  return pageOf(list, slice, rows, () =>
    ctx.loaders
      .get<number, number>(`count ${list.name} ${condition}`, async (parents) => {
        const values = new Values();
        const keys = values.add(parents, 'int[]');
        const sql = [
          `select ${list.parent} as key, count(*)`,
          `from ${fromOf(list)}`,
          `where ${list.parent} = any(${keys}) and ${conditions(list, values, where)}`,
          'group by 1',
        ];
        const counts = await ctx.db.query<{ key: number | string; count: string }>(sql.join(' '), values.list);
        const byKey = new Map(counts.map((row) => [Number(row.key), Number(row.count)]));
        return parents.map((key) => byKey.get(key) ?? 0);
      })
      .load(options.parent!),
  );
}
