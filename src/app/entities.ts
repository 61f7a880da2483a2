import { Actor } from '../actor/actor.entity.js';
import { ApiKey } from '../actor/api-key.entity.js';
import { Tool } from '../actor/tool.entity.js';
import { Contact } from '../contact/contact.entity.js';
import { DatasetType } from '../dataset-type/dataset-type.entity.js';
import { CompressionType } from '../extract/compression-type.entity.js';
import { ExtractDatasetType } from '../extract/extract-dataset-type.entity.js';
import { ExtractDependency } from '../extract/extract-dependency.entity.js';
import { ExtractError } from '../extract/extract-error.entity.js';
import { ExtractRun } from '../extract/extract-run.entity.js';
import { ExtractSourceObject } from '../extract/extract-source-object.entity.js';
import { ExtractSource } from '../extract/extract-source.entity.js';
import { ExtractStatus } from '../extract/extract-status.entity.js';
import { ExtractVersion } from '../extract/extract-version.entity.js';
import { Extract } from '../extract/extract.entity.js';
import { FileSizeType } from '../extract/file-size-type.entity.js';
import { FileType } from '../extract/file-type.entity.js';
import { LifecycleMove } from '../history/lifecycle-move.entity.js';
import { StatusEvent } from '../history/status-event.entity.js';
import { SystemSetting } from '../history/system.entity.js';
import { LocationAlias } from '../location/location-alias.entity.js';
import { LocationType } from '../location/location-type.entity.js';
import { Location } from '../location/location.entity.js';
import { Setting } from '../platform/setting.entity.js';
import { ClusterProcess } from '../process/cluster-process.entity.js';
import { Cluster } from '../process/cluster.entity.js';
import { DependencyType } from '../process/dependency-type.entity.js';
import { FilterType } from '../process/filter-type.entity.js';
import { ProcessAlias } from '../process/process-alias.entity.js';
import { ProcessAttributeMapping } from '../process/process-attribute-mapping.entity.js';
import { ProcessContactRole } from '../process/process-contact-role.entity.js';
import { ProcessContact } from '../process/process-contact.entity.js';
import { ProcessDatasetType } from '../process/process-dataset-type.entity.js';
import { ProcessDependency } from '../process/process-dependency.entity.js';
import { ProcessFilterValue } from '../process/process-filter-value.entity.js';
import { ProcessFilter } from '../process/process-filter.entity.js';
import { ProcessRelation } from '../process/process-relation.entity.js';
import { ProcessSourceAttribute } from '../process/process-source-attribute.entity.js';
import { ProcessSourceObject } from '../process/process-source-object.entity.js';
import { ProcessSource } from '../process/process-source.entity.js';
import { ProcessTargetAttribute } from '../process/process-target-attribute.entity.js';
import { ProcessTargetObject } from '../process/process-target-object.entity.js';
import { ProcessTarget } from '../process/process-target.entity.js';
import { ProcessType } from '../process/process-type.entity.js';
import { Process } from '../process/process.entity.js';
import { ScheduleFrequency } from '../process/schedule-frequency.entity.js';
import { ErrorType } from '../run/error-type.entity.js';
import { ProcessDue } from '../run/process-due.entity.js';
import { ProcessRun } from '../run/process-run.entity.js';
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
  ExtractDatasetType,
  ExtractDependency,
  ExtractError,
  ExtractRun,
  ExtractSourceObject,
  ExtractSource,
  ExtractStatus,
  ExtractVersion,
  Extract,
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
  ProcessRun,
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
