import { DatasetType } from '../dataset-type/dataset-type.entity.js';
import { DatasetTypeRef, datasetTypeRefs } from '../dataset-type/dataset-type-refs.js';
import { ProcessDatasetType } from '../process/process-dataset-type.entity.js';
import { SourceDatasetType } from '../source/source-dataset-type.entity.js';
import { SourceObjectDatasetType } from '../source/source-object-dataset-type.entity.js';
import { listField } from '../platform/read/fields.js';
import type { BulkForm } from '../platform/write/bulk-forms.js';
import { linking } from '../platform/write/linking.js';
import { given } from '../platform/checks.js';
import { below, resolveRef, type NamedRef } from '../platform/read/references.js';
import type { ListSource } from '../platform/read/paging.js';
import type { EntityClass } from '../platform/entity/rows.js';
import { lookupId } from '../platform/write/record-changes.js';
import { objectKind, sourceKind } from '../source/source-kinds.js';
import { SubjectRef } from './subject-ref.input.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';
import { processKind } from '../process/process-kind.js';
import { Process } from '../process/process.entity.js';

const typesOf = (name: string, link: string, key: string): ListSource => ({
  name,
  entity: DatasetType,
  from: `${link} l join dataset_type_lkup t on t.dataset_type_id = l.dataset_type_id`,
  parent: `l.${key}`,
  order: ['name', 'id'],
});

const having = (name: string, entity: EntityClass, from: string): ListSource => ({
  name,
  entity,
  from,
  parent: 'l.dataset_type_id',
  order: ['name', 'id'],
  retirable: true,
});

/** Which kinds of data processes, sources and objects deal with. */
export const datasetTypeForms: readonly BulkForm[] = [
  { of: 'linkDatasetType', name: 'linkDatasetTypes', list: 'links' },
  { of: 'unlinkDatasetType', name: 'unlinkDatasetTypes', list: 'links' },
];
export const datasetTypes = [
  ...linking({
    entity: DatasetType,
    noun: 'a dataset type',
    ref: DatasetTypeRef,
    refDoc: 'The dataset type. `linkDatasetType` creates one that is identified by a new name.',
    subject: SubjectRef,
    kinds: [
      { ...processKind, link: ProcessDatasetType },
      { ...sourceKind, link: SourceDatasetType },
      { ...objectKind, link: SourceObjectDatasetType },
    ],
    more: ' A dataset type of a process reaches the sources and objects that it reads and writes, now and later.',
    find: async (tx, ref, argument, adding) => {
      const { id, databaseId, name }: NamedRef = { ...ref };
      return adding && given(name) && !given(id) && !given(databaseId)
        ? lookupId(tx, DatasetType, name, false, `${argument}.name`)
        : (await resolveRef(tx, datasetTypeRefs, { ...ref }, { at: below(argument), lock: 'key share' })).id;
    },
  }),
  ...listField(Process, 'datasetTypes', DatasetType, 'Business areas or kinds of its data, ordered by name.', {
    name: 'Process.datasetTypes',
    entity: DatasetType,
    from: 'process_dataset_type l join dataset_type_lkup t on t.dataset_type_id = l.dataset_type_id',
    parent: 'l.process_id',
    order: ['name', 'id'],
  }),
  ...listField(
    Source,
    'datasetTypes',
    DatasetType,
    'Kinds of data it holds, ordered by name: its own, and those of the processes that read or write it.',
    typesOf('Source.datasetTypes', 'source_dataset_type', 'source_id'),
  ),
  ...listField(
    SourceObject,
    'datasetTypes',
    DatasetType,
    'Kinds of data it holds, ordered by name: its own, and those of the processes that read or write it.',
    typesOf('SourceObject.datasetTypes', 'source_object_dataset_type', 'source_object_id'),
  ),
  ...listField(
    DatasetType,
    'processes',
    Process,
    'The processes that deal with such data, ordered by name.',
    having('DatasetType.processes', Process, 'process_dataset_type l join process t on t.process_id = l.process_id'),
  ),
  ...listField(
    DatasetType,
    'sources',
    Source,
    'The sources that hold such data, ordered by name.',
    having('DatasetType.sources', Source, 'source_dataset_type l join source_lkup t on t.source_id = l.source_id'),
  ),
  ...listField(DatasetType, 'objects', SourceObject, 'The objects that hold such data, ordered by name.', {
    ...having(
      'DatasetType.objects',
      SourceObject,
      'source_object_dataset_type l join source_object_lkup t on t.source_object_id = l.source_object_id',
    ),
    where: 't.source_object_name is not null',
  }),
];
