import { inEach, resolveRefs } from '../../platform/read/references.js';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql';
import { Location } from '../../location/location.entity.js';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { listField } from '../../platform/read/fields.js';
import { findRow } from '../../platform/read/find-row.js';
import { idOf } from '../../platform/entity/ids.js';
import type { Row } from '../../platform/entity/node.js';
import type { Page } from '../../platform/read/paging.js';
import { Name } from '../../platform/entity/text.js';
import { Run } from '../../run/run.entity.js';
import { FileArgs, findFilePage } from './file-lists.js';
import { File } from '../file.entity.js';
import { fileRefs } from '../file-refs.js';

const connection = connectionOf(File);

@Resolver()
class FileQueries {
  @Query(() => File, {
    nullable: true,
    description:
      'One file, told in exactly one way: by `id`, by `databaseId`, by `location` and `fileName`, or by `path` and `fileName`. Null if there is none.',
  })
  async file(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { nullable: true, description: 'Its global id.' }) id?: string | null,
    @Arg('databaseId', () => Int, { nullable: true, description: "ProcessTracker's number of it." }) databaseId?: number | null,
    @Arg('location', () => Name, { nullable: true, description: 'Name of its location, present or former, together with `fileName`.' })
    location?: string | null,
    @Arg('path', () => Name, {
      nullable: true,
      description: 'Path or URI of its location, together with `fileName`; a slash at the end makes no difference.',
    })
    path?: string | null,
    @Arg('fileName', () => Name, { nullable: true, description: 'Its name in its location, exactly.' }) fileName?: string | null,
  ): Promise<Row<File> | null> {
    const said = (value: unknown) => value !== undefined && value !== null;
    if ([id, databaseId, location, path].filter(said).length !== 1 || said(fileName) !== (said(location) || said(path))) {
      const allowed = ['id', 'databaseId', 'location and fileName', 'path and fileName'];
      throw invalid(`Say which File by exactly one of: ${allowed.join(', ')}.`, { argument: 'id', value: id ?? null, allowed });
    }
    const [named] = location || path ? await resolveRefs(ctx.db, fileRefs, [{ location, path, fileName }], { at: inEach('') }) : [];
    if (named instanceof DomainError) {
      if (named.code === 'NOT_FOUND') return null;
      throw named;
    }
    return findRow(ctx, info, File, { id: named?.id ?? (id ? idOf(id, 'File') : databaseId) });
  }

  @Query(() => connection.type, {
    description:
      'All files, those registered first at the beginning unless another order is asked for, or those that the arguments choose, all of which must hold. Finding changes nothing.',
  })
  files(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => FileArgs) args: FileArgs): Promise<Page> {
    return findFilePage(ctx, info, args);
  }
}

export const fileResolvers = [
  FileQueries,
  ...connection.resolvers,
  ...listField(Location, 'files', File, 'The files that lie here, ordered by name.', {
    name: 'Location.files',
    entity: File,
    parent: 't.extract_location_id',
    order: ['fileName', 'id'],
  }),
  ...listField(
    Run,
    'files',
    File,
    'The files that it is linked to: which it registered, or gave a status. In the order of their registration.',
    {
      name: 'Run.files',
      entity: File,
      from: 'extract_process_tracking l join extract_tracking t on t.extract_id = l.extract_tracking_id',
      parent: 'l.process_tracking_id',
      order: ['registeredAt', 'id'],
    },
  ),
];
