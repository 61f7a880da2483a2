import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Info, Query, Resolver } from 'type-graphql';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import { listField, referenceField } from '../../platform/read/fields.js';
import { type Where } from '../../platform/read/filter-sql.js';
import { filterByList, WhereField } from '../../platform/read/filters.js';
import { page, PageArgs, type ListSource, type Page } from '../../platform/read/paging.js';
import { Process } from '../../process/process.entity.js';
import { ErrorType } from '../error-type.entity.js';
import { Run } from '../run.entity.js';
import { RunError } from '../run-error.entity.js';

const errors = (name: string, below: Partial<ListSource> = {}): ListSource => ({
  name,
  entity: RunError,
  order: ['occurredAt', 'id'],
  descending: true,
  ...below,
});

const connection = connectionOf(RunError);

@ArgsType()
class RunErrorArgs extends PageArgs {
  @WhereField(RunError)
  where?: Where | null;
}

@Resolver()
class RunErrorQueries {
  @Query(() => connection.type, { description: 'Errors of all runs, newest first.' })
  runErrors(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => RunErrorArgs) args: RunErrorArgs): Promise<Page> {
    return page(ctx, info, errors('RunError.occurredAt'), args);
  }
}

/** The errors of one process by way of its runs: as many look-ups as it has runs, however many errors there are of others. */
const ofProcess = errors('Process.errors', {
  from: 'process_tracking r cross join lateral (select * from error_tracking e where e.process_tracking_id = r.process_tracking_id offset 0) t',
  parent: 'r.process_id',
});

export const runErrorResolvers = [
  RunErrorQueries,
  ...connection.resolvers,
  referenceField(RunError, 'type', 'typeId', ErrorType, 'Type of the error.', false),
  referenceField(RunError, 'run', 'runId', Run, 'The run that raised it.', false),
  ...listField(
    Run,
    'errors',
    RunError,
    'Errors that the run raised, newest first. An error does not imply a failure.',
    errors('Run.errors', { parent: 't.process_tracking_id' }),
  ),
  ...listField(Process, 'errors', RunError, 'Errors that its runs raised, newest first.', ofProcess),
];

// A filter looks at all processes at once, and leaves PostgreSQL the choice.
filterByList(Process, 'errors', {
  ...ofProcess,
  from: 'error_tracking t join process_tracking r on r.process_tracking_id = t.process_tracking_id',
});
