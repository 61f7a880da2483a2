import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import { Location } from '../../location/location.entity.js';
import { connectionOf } from '../../platform/read/connections.js';
import type { Context } from '../../platform/read/context.js';
import { listField } from '../../platform/read/fields.js';
import { finder } from '../../platform/read/find-row.js';
import { FileRef } from '../file-ref.input.js';
import type { Page } from '../../platform/read/paging.js';
import { Run } from '../../run/run.entity.js';
import { FileArgs, findFilePage } from './file-lists.js';
import { File } from '../file.entity.js';
import { fileRefs } from '../file-refs.js';

const connection = connectionOf(File);

@Resolver()
class FileQueries {
  @Query(() => connection.type, {
    description: 'Files that meet all conditions given as arguments. Default order: by registration, the earliest first.',
  })
  files(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => FileArgs) args: FileArgs): Promise<Page> {
    return findFilePage(ctx, info, args);
  }
}

export const fileResolvers = [
  finder('file', FileRef, fileRefs),
  FileQueries,
  ...connection.resolvers,
  ...listField(Location, 'files', File, 'Files in this location, ordered by name.', {
    name: 'Location.files',
    entity: File,
    parent: 't.extract_location_id',
    order: ['fileName', 'id'],
  }),
  ...listField(Run, 'files', File, 'Files that it registered or whose status it set, in the order of their registration.', {
    name: 'Run.files',
    entity: File,
    from: 'extract_process_tracking l join extract_tracking t on t.extract_id = l.extract_tracking_id',
    parent: 'l.process_tracking_id',
    order: ['registeredAt', 'id'],
  }),
];
