import { Actor } from '../actor/actor.entity.js';
import { ApiKey } from '../actor/api-key.entity.js';
import { Tool } from '../actor/tool.entity.js';
import { Contact } from '../contact/contact.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';
import { CompressionType } from '../file/compression-type.entity.js';
import { FileDatasetType } from '../file/file-dataset-type.entity.js';
import { FileDependency } from '../file/dependencies/file-dependency.entity.js';
import { FileError } from '../file/file-error.entity.js';
import { FileRun } from '../file/file-run.entity.js';
import { FileSourceObject } from '../file/file-source-object.entity.js';
import { FileSource } from '../file/file-source.entity.js';
import { FileStatus } from '../file/file-status.entity.js';
import { FileVersion } from '../file/file-version.entity.js';
import { File } from '../file/file.entity.js';
import { FileSizeType } from '../file/file-size-type.entity.js';
import { FileType } from '../file/file-type.entity.js';
import { LifecycleMove } from '../lifecycle/lifecycle-move.entity.js';
import { StatusEvent } from '../history/status-event.entity.js';
import { SystemSetting } from '../history/system.entity.js';
import { LocationAlias } from '../location/location-alias.entity.js';
import { LocationType } from '../location/location-type.entity.js';
import { Location } from '../location/location.entity.js';
import { Setting } from '../platform/entity/setting.entity.js';
import { ClusterProcess } from '../cluster/cluster-process.entity.js';
import { Cluster } from '../cluster/cluster.entity.js';
import { DependencyType } from '../process/dependency-type.entity.js';
import { FilterType } from '../process/filters/filter-type.entity.js';
import { ProcessAlias } from '../process/process-alias.entity.js';
import { ProcessAttributeMapping } from '../process/links/process-attribute-mapping.entity.js';
import { ProcessContactRole } from '../process/process-contact-role.entity.js';
import { ProcessContact } from '../process/process-contact.entity.js';
import { ProcessDatasetType } from '../process/process-dataset-type.entity.js';
import { ProcessDependency } from '../process/dependencies/process-dependency.entity.js';
import { ProcessFilterValue } from '../process/filters/process-filter-value.entity.js';
import { ProcessFilter } from '../process/filters/process-filter.entity.js';
import { ProcessRelation } from '../process/dependencies/process-relation.entity.js';
import { ProcessSourceAttribute } from '../process/links/process-source-attribute.entity.js';
import { ProcessSourceObject } from '../process/links/process-source-object.entity.js';
import { ProcessSource } from '../process/links/process-source.entity.js';
import { ProcessTargetAttribute } from '../process/links/process-target-attribute.entity.js';
import { ProcessTargetObject } from '../process/links/process-target-object.entity.js';
import { ProcessTarget } from '../process/links/process-target.entity.js';
import { ProcessType } from '../process/process-type.entity.js';
import { Process } from '../process/process.entity.js';
import { ScheduleFrequency } from '../process/schedule-frequency.entity.js';
import { ErrorType } from '../run/error-type.entity.js';
import { ProcessDue } from '../run/diagnosis/process-due.entity.js';
import { Run } from '../run/run.entity.js';
import { ProcessStatus } from '../run/process-status.entity.js';
import { RunError } from '../run/run-error.entity.js';
import { RunGroup } from '../run/run-group.entity.js';
import { RunObject } from '../run/run-object.entity.js';
import { RunParameter } from '../run/run-parameter.entity.js';
import { CharacterSet } from '../source/character-set.entity.js';
import { DataType } from '../source/data-type.entity.js';
import { SourceAlias } from '../source/source-alias.entity.js';
import { SourceContactRole } from '../source/source-contact-role.entity.js';
import { SourceContact } from '../source/source-contact.entity.js';
import { SourceDatasetType } from '../source/source-dataset-type.entity.js';
import { SourceLocation } from '../source/source-location.entity.js';
import { SourceObjectAlias } from '../source/source-object-alias.entity.js';
import { SourceObjectAttributeAlias } from '../source/source-object-attribute-alias.entity.js';
import { SourceObjectAttributeContact } from '../source/source-object-attribute-contact.entity.js';
import { SourceObjectAttribute } from '../source/source-object-attribute.entity.js';
import { SourceObjectContact } from '../source/source-object-contact.entity.js';
import { SourceObjectDatasetType } from '../source/source-object-dataset-type.entity.js';
import { SourceObjectLocation } from '../source/source-object-location.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { SourceType } from '../source/source-type.entity.js';
import { Source } from '../source/source.entity.js';

/** Every stored concept; one line a table. */
export const entities = [
  Actor,
  ApiKey,
  Tool,
  Contact,
  DatasetType,
  CompressionType,
  FileDatasetType,
  FileDependency,
  FileError,
  FileRun,
  FileSourceObject,
  FileSource,
  FileStatus,
  FileVersion,
  File,
  FileSizeType,
  FileType,
  LifecycleMove,
  StatusEvent,
  SystemSetting,
  LocationAlias,
  LocationType,
  Location,
  Setting,
  ClusterProcess,
  Cluster,
  DependencyType,
  FilterType,
  ProcessAlias,
  ProcessAttributeMapping,
  ProcessContactRole,
  ProcessContact,
  ProcessDatasetType,
  ProcessDependency,
  ProcessFilterValue,
  ProcessFilter,
  ProcessRelation,
  ProcessSourceAttribute,
  ProcessSourceObject,
  ProcessSource,
  ProcessTargetAttribute,
  ProcessTargetObject,
  ProcessTarget,
  ProcessType,
  Process,
  ScheduleFrequency,
  ErrorType,
  ProcessDue,
  Run,
  ProcessStatus,
  RunError,
  RunGroup,
  RunObject,
  RunParameter,
  CharacterSet,
  DataType,
  SourceAlias,
  SourceContactRole,
  SourceContact,
  SourceDatasetType,
  SourceLocation,
  SourceObjectAlias,
  SourceObjectAttributeAlias,
  SourceObjectAttributeContact,
  SourceObjectAttribute,
  SourceObjectContact,
  SourceObjectDatasetType,
  SourceObjectLocation,
  SourceObject,
  SourceType,
  Source,
];
