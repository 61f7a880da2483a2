import { registerEnumType } from 'type-graphql';
import { constantCase } from '../platform/words.js';

/** The types whose changes the history records, as `status_event.subject_kind` has them. API keys are not among them: no caller sees them. */
const types = [
  ...['Actor', 'CharacterSet', 'Cluster', 'CompressionType', 'Contact', 'DataType', 'DatasetType', 'DependencyType', 'ErrorType', 'File'],
  ...['FileSizeType', 'FileStatus', 'FileType', 'FilterType', 'Location', 'LocationType', 'Process', 'ProcessStatus', 'ProcessType', 'Run'],
  ...['RunGroup', 'ScheduleFrequency', 'Source', 'SourceObject', 'SourceObjectAttribute', 'SourceType', 'SystemSetting', 'Tool'],
];

export const SubjectKind = Object.fromEntries(types.map((type) => [constantCase(type), type]));
registerEnumType(SubjectKind, {
  name: 'SubjectKind',
  description: 'Type of a record whose changes the history records.',
  valuesConfig: Object.fromEntries(types.map((type) => [constantCase(type), { description: `A record of type \`${type}\`.` }])),
});
