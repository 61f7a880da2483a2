import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../platform/read/context.js';
import type { Row } from '../../platform/entity/node.js';
import { selectList } from '../../platform/entity/rows.js';
import { selectedProperties } from '../../platform/read/selection.js';
import { File } from '../file.entity.js';
import type { HashInput } from './claim-file.input.js';

/** The number of a version comes after no other: it is the largest that its column holds. */
const afterAllVersions = 2_147_483_647;
export const maxSameContent = 100;

/** Other files that had a version with this hash before a file had it, the earliest first. One statement for all files of a request. */
export function filesOfSameContent(ctx: Context, info: GraphQLResolveInfo, id: number, hash: HashInput): Promise<Row<File>[]> {
  const columns = selectList(File, selectedProperties(info, File));
  return ctx.loaders
    .get<string, Row<File>[]>(`File.sameContent (${columns})`, async (keys) => {
      const rows = await ctx.db.query<Row<File> & { __place: number }>(
        `select n.i::int as "__place", x.*
         from jsonb_array_elements($1::jsonb) with ordinality n(x, i)
         cross join lateral (select (n.x ->> 0)::int as id, n.x ->> 1 as algorithm, n.x ->> 2 as hash) f
         cross join lateral (
           select ${columns}
           from (
             select v.extract_id, min(v.extract_version_id) as first
             from extract_version v
             where v.hash = f.hash and v.hash_algorithm = f.algorithm and v.extract_id <> f.id
             group by v.extract_id
           ) s
           join extract_tracking t on t.extract_id = s.extract_id
           where s.first < coalesce((
             select min(o.extract_version_id)
             from extract_version o
             where o.extract_id = f.id and o.hash = f.hash and o.hash_algorithm = f.algorithm), ${afterAllVersions})
           order by s.first
           limit ${maxSameContent}
         ) x`,
        [`[${keys.join(',')}]`],
      );
      const lists: Row<File>[][] = keys.map(() => []);
      for (const { __place, ...row } of rows) lists[__place - 1]!.push(row);
      return lists;
    })
    .load(JSON.stringify([id, hash.algorithm, hash.value]));
}
