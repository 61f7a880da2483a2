import { given } from '../platform/checks.js';
import { idOf } from '../platform/entity/ids.js';
import { idByNameSql } from '../platform/read/naming.js';
import { checkOneWay } from '../platform/read/one-way.js';
import type { RefKind } from '../platform/read/references.js';
import { idByPathSql, locationNaming, shownRef } from '../location/location-naming.js';
import { describePath } from '../location/location-path.js';
import type { FileRef } from './file-ref.input.js';
import { File } from './file.entity.js';

const ways = [['id'], ['databaseId'], ['location', 'fileName'], ['path', 'fileName']];

export const fileRefs: RefKind<FileRef, File> = {
  entity: File,
  columns: 'id int, location text, path text, "fileName" text',
  wanted(ref, at) {
    checkOneWay('File', ways, ref, at, [], shownRef(ref));
    return {
      id: given(ref.id) ? idOf(ref.id, 'File', at('id')) : ref.databaseId,
      location: ref.location,
      path: ref.path ? describePath(ref.path, at('path')).path : undefined,
      fileName: ref.fileName,
    };
  },
  idSql: () => 'w.id',
  // A location is named by many of its files: the function looks for each once.
  foundSql: 'process_tracker.find_extracts($1::jsonb)',
  outer: () => [
    { argument: 'location', type: 'Location', idSql: idByNameSql(locationNaming, () => 'w.location'), naming: locationNaming },
    { argument: 'path', type: 'Location', idSql: `case when w.path is not null then ${idByPathSql('w.path')} end` },
  ],
  by: (ref) => (given(ref.fileName) ? 'fileName' : given(ref.id) ? 'id' : 'databaseId'),
  called: ({ fileName, location, path }) =>
    fileName ? `${JSON.stringify(fileName)} in the Location ${JSON.stringify(location ?? path)}` : undefined,
  shown: shownRef,
};
