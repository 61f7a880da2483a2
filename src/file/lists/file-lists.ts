import type { GraphQLResolveInfo } from 'graphql';
import { ArgsType, Field } from 'type-graphql';
import { locationRefs } from '../../location/location-naming.js';
import { LocationRef } from '../../location/location-ref.input.js';
import type { Context } from '../../platform/read/context.js';
import { type Where } from '../../platform/read/filter-sql.js';
import { WhereField } from '../../platform/read/filters.js';
import { given } from '../../platform/checks.js';
import { below, resolveRef, type RefKind } from '../../platform/read/references.js';
import { orderedBy, orderInputOf, type OrderBy } from '../../platform/read/ordering.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import type { Condition } from '../../platform/read/values.js';
import { processRefs } from '../../process/process-naming.js';
import { ProcessRef } from '../../process/process-ref.input.js';
import { runRefs } from '../../run/run-refs.js';
import { RunRef } from '../../run/run-ref.input.js';
import { File } from '../file.entity.js';
import { fileOrders } from './file-conditions.js';

const FileOrder = orderInputOf('File', fileOrders);

@ArgsType()
export class FileArgs extends PageArgs {
  @WhereField(File)
  where?: Where | null;
  @Field(() => LocationRef, { nullable: true, description: 'Only files in this location. NOT_FOUND if there is no such location.' })
  location?: LocationRef | null;
  @Field(() => ProcessRef, {
    nullable: true,
    description: 'Only files that are linked to a run of this process. NOT_FOUND if there is no such process.',
  })
  process?: ProcessRef | null;
  @Field(() => RunRef, { nullable: true, description: 'Only files that are linked to this run. NOT_FOUND if there is no such run.' })
  run?: RunRef | null;
  @Field(() => FileOrder, {
    nullable: true,
    description: 'Order of the list; default by registration, the earliest first. A cursor is valid for one order only.',
  })
  orderBy?: OrderBy | null;
}

/** Files of the record that an argument refers to; `sql` is their condition. @throws INVALID or NOT_FOUND, naming the argument */
async function of<R extends object>(
  ctx: Context,
  argument: string,
  kind: RefKind<R>,
  ref: R | null | undefined,
  sql: (id: string) => string,
): Promise<Condition | undefined> {
  if (!given(ref)) return undefined;
  const { id } = await resolveRef(ctx.db, kind, ref, { at: below(argument) });
  return { key: `${argument} ${id}`, sql: (values) => sql(values.add(id, 'int')) };
}

const all: ListSource = { name: 'File.registeredAt', entity: File, order: ['registeredAt', 'id'] };

/** One page of the files that the arguments choose; it writes nothing. @throws INVALID or NOT_FOUND for an argument without a record */
export async function findFilePage(ctx: Context, info: GraphQLResolveInfo, args: FileArgs): Promise<Page> {
  const conditions = await Promise.all([
    of(ctx, 'location', locationRefs, args.location, (id) => `t.extract_location_id = ${id}`),
    of(
      ctx,
      'process',
      processRefs,
      args.process,
      (id) =>
        `t.extract_id in (
           select l.extract_tracking_id
           from process_tracking r join extract_process_tracking l using (process_tracking_id)
           where r.process_id = ${id})`,
    ),
    of(
      ctx,
      'run',
      runRefs,
      args.run,
      (id) => `t.extract_id in (select l.extract_tracking_id from extract_process_tracking l where l.process_tracking_id = ${id})`,
    ),
  ]);
  return page(ctx, info, await orderedBy(ctx.loaders, all, fileOrders, args), args, { where: conditions });
}
