import type { GraphQLResolveInfo } from 'graphql';
import { ArgsType, Field } from 'type-graphql';
import { locationRefs } from '../../location/location-naming.js';
import type { Context } from '../../platform/read/context.js';
import { invalid } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import { filterLimits, type Where } from '../../platform/read/filter-sql.js';
import { whereOf } from '../../platform/read/filters.js';
import { given } from '../../platform/checks.js';
import { below, resolveRef } from '../../platform/read/references.js';
import { orderedBy, orderInputOf, type OrderBy } from '../../platform/read/ordering.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import { LongText, Name } from '../../platform/entity/text.js';
import type { Condition } from '../../platform/read/values.js';
import { processRefs } from '../../process/process-naming.js';
import { runRefs } from '../../run/run-refs.js';
import { RunRef } from '../../run/run-ref.input.js';
import { File } from '../file.entity.js';
import { statusAliases } from '../status-aliases.js';

const orders = { REGISTERED_AT: 'registeredAt', FILE_NAME: 'fileName' };
const FileOrder = orderInputOf('File', orders);
const where = whereOf(File);

@ArgsType()
export class FileArgs extends PageArgs {
  @Field(() => where, {
    nullable: true,
    description: `Only those that meet these conditions. A filter may nest ${filterLimits.depth} levels deep and have ${filterLimits.conditions} conditions.`,
  })
  where?: Where | null;
  @Field(() => Name, { nullable: true, description: 'Only those with this name, exactly.' }) fileName?: string | null;
  @Field(() => LongText, { nullable: true, description: 'Only those whose name holds this text, literally and case-sensitive.' })
  fileNameContains?: string | null;
  @Field(() => Name, {
    nullable: true,
    description: 'Only those in the location with this name, its present one or a former one. NOT_FOUND if there is none.',
  })
  location?: string | null;
  @Field(() => Name, {
    nullable: true,
    description: 'Only those in the location with this path or URI; a slash at its end makes no difference. NOT_FOUND if there is none.',
  })
  path?: string | null;
  @Field(() => Name, {
    nullable: true,
    description:
      'Only those that are linked to a run, any one, of the process with this name, its present one or a former one. NOT_FOUND if there is none.',
  })
  process?: string | null;
  @Field(() => RunRef, { nullable: true, description: 'Only those that are linked to this run. NOT_FOUND if there is none.' })
  run?: RunRef | null;
  @Field(() => [Name], {
    nullable: true,
    description:
      'Only those with one of these statuses, each of which must be known. Left out: whatever their status. NEW, PROCESSING, SUCCESS and ERROR stand for ready, loading, loaded and error. The finders of the Python client mean `ready` where nothing is said.',
  })
  status?: string[] | null;
  @Field(() => FileOrder, {
    nullable: true,
    description: 'The order of the list; by registration, the earliest first, if not said. Cursors belong to one order.',
  })
  orderBy?: OrderBy | null;
}

/** Files of a record whose number `find` answers. @throws INVALID or NOT_FOUND, naming the argument */
async function of<R extends object | string>(
  argument: string,
  ref: R | null | undefined,
  find: (ref: R) => Promise<{ id: number }>,
  sql: (id: string) => string,
): Promise<Condition | undefined> {
  if (!given(ref)) return undefined;
  const { id } = await find(ref);
  return { key: `${argument} ${id}`, sql: (values) => sql(values.add(id, 'int')) };
}

/** Files in one of some statuses, by their numbers. @throws INVALID with the known ones for one that is not known */
async function inStatus(ctx: Context, status: readonly string[] | null | undefined): Promise<Condition | undefined> {
  if (!status) return undefined;
  refuseEmpty(status, 'status');
  const known = await ctx.db.query<{ id: number; name: string }>(
    'select extract_status_id as id, extract_status_name as name from extract_status_lkup order by 1',
  );
  const ids = status.map((name) => {
    const found = known.find((each) => each.name === name) ?? known.find((each) => each.name === statusAliases[name]);
    if (found) return found.id;
    throw invalid(`There is no FileStatus ${JSON.stringify(name)}.`, {
      argument: 'status',
      value: name,
      allowed: known.map((each) => each.name),
    });
  });
  // The numbers stand in the SQL, so that PostgreSQL knows which of them are rare.
  const sql = `t.extract_status_id in (${[...new Set(ids)].sort((a, b) => a - b).join(', ')})`;
  return { key: sql, sql: () => sql };
}

const all: ListSource = { name: 'File.registeredAt', entity: File, order: ['registeredAt', 'id'] };

/** One page of the files that the arguments choose; it writes nothing. @throws INVALID or NOT_FOUND for arguments that mean nothing */
export async function findFilePage(ctx: Context, info: GraphQLResolveInfo, args: FileArgs): Promise<Page> {
  const { fileName, fileNameContains } = args;
  const inLocation = (id: string) => `t.extract_location_id = ${id}`;
  const locationBy = (by: 'name' | 'path', argument: string) => (value: string) =>
    resolveRef(ctx.db, locationRefs, { [by]: value }, { at: () => argument });
  const conditions = await Promise.all([
    inStatus(ctx, args.status),
    of('location', args.location, locationBy('name', 'location'), inLocation),
    of('path', args.path, locationBy('path', 'path'), inLocation),
    of(
      'process',
      args.process,
      (name) => resolveRef(ctx.db, processRefs, { name }, { at: () => 'process' }),
      (id) =>
        `t.extract_id in (
           select l.extract_tracking_id
           from process_tracking r join extract_process_tracking l using (process_tracking_id)
           where r.process_id = ${id})`,
    ),
    of(
      'run',
      args.run,
      (ref) => resolveRef(ctx.db, runRefs, ref, { at: below('run') }),
      (id) => `t.extract_id in (select l.extract_tracking_id from extract_process_tracking l where l.process_tracking_id = ${id})`,
    ),
  ]);
  const named: Condition[] = [];
  if (fileName)
    named.push({ key: `named ${JSON.stringify(fileName)}`, sql: (values) => `t.extract_filename = ${values.add(fileName, 'text')}` });
  if (fileNameContains)
    named.push({
      key: `contains ${JSON.stringify(fileNameContains)}`,
      sql: (values) => `position(${values.add(fileNameContains, 'text')} in t.extract_filename) > 0`,
    });
  return page(ctx, info, orderedBy(all, orders, args.orderBy), args, { where: [...named, ...conditions] });
}
