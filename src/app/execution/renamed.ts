/** Names that the API had before, and what they may be called now, for errors that lead to the new ones. CHANGELOG.md has all of them. */
const exact: Readonly<Record<string, readonly string[]>> = {
  trackingId: ['databaseId'],
  runNumber: ['number'],
  startProcessRun: ['startRun'],
  grain: ['granularity'],
  cut: ['truncatedBy'],
  lowAt: ['lowWatermark'],
  highAt: ['highWatermark'],
  loadLowAt: ['loadLowWatermark'],
  loadHighAt: ['loadHighWatermark'],
  writeLowAt: ['writeLowWatermark'],
  writeHighAt: ['writeHighWatermark'],
  duration: ['durationSeconds'],
  goes: ['cascades'],
  uses: ['blockedBy'],
  noted: ['warnings'],
  done: ['changed'],
  by: ['field'],
  order: ['orderBy'],
  state: ['states'],
  states: ['statuses'],
  status: ['statuses'],
  stateAt: ['statusAt'],
  processingState: ['state'],
  id: ['subjectId', 'process', 'source', 'object', 'attribute', 'location', 'actor', 'contact', 'tool', 'cluster', 'subject'],
  name: ['process', 'source', 'object', 'attribute', 'location', 'actor', 'contact', 'tool', 'cluster'],
  key: ['group'],
  path: ['location'],
  source: ['object', 'subject'],
  process: ['subject'],
  object: ['name', 'subject'],
  attribute: ['name', 'subject'],
  location: ['subject'],
  sourceId: ['source'],
  objectId: ['object'],
  processId: ['process'],
  clusterId: ['cluster'],
  sourceObject: ['object'],
  sourceObjectAttribute: ['attribute'],
  code: ['operator'],
  text: ['values'],
  number: ['values'],
  texts: ['values'],
  numbers: ['values'],
  extractStatus: ['fileStatuses'],
  Instant: ['DateTime'],
  Name: ['String'],
  LongText: ['String'],
  LEASE_OVER: ['LEASE_EXPIRED'],
};

const lookups =
  'CharacterSet|CompressionType|DataType|DatasetType|DependencyType|ErrorType|ExtractStatus|FileSizeType|FileType|FilterType|LocationType|ProcessStatus|ProcessType|ScheduleFrequency|SourceType|SystemSetting';
const patterns: readonly [RegExp, string][] = [
  [new RegExp(`^(create|update|delete)(${lookups})$`), '$1Lookup'],
  [/ProcessRun/, 'Run'],
  [/^processRun/, 'run'],
  [/Extract/, 'File'],
  [/^extract/, 'file'],
  [/RefInput$/, 'Ref'],
];

/** What a name of before may be called now: the first of them that a type has. */
export function renamed(name: string): readonly string[] {
  if (Object.hasOwn(exact, name)) return exact[name]!;
  const now = patterns.reduce((text, [before, after]) => text.replace(before, after), name);
  return now === name ? [] : [now];
}
