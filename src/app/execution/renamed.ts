/** Names that the API had before, for errors that lead to the new ones. CHANGELOG.md has all of them. */
const exact: Readonly<Record<string, string>> = {
  trackingId: 'databaseId',
  runNumber: 'number',
  startProcessRun: 'startRun',
  grain: 'granularity',
  cut: 'truncatedBy',
  lowAt: 'lowWatermark',
  highAt: 'highWatermark',
  loadLowAt: 'loadLowWatermark',
  loadHighAt: 'loadHighWatermark',
  writeLowAt: 'writeLowWatermark',
  writeHighAt: 'writeHighWatermark',
  duration: 'durationSeconds',
  goes: 'cascades',
  uses: 'blockedBy',
  noted: 'warnings',
  done: 'changed',
  by: 'field',
  state: 'states',
  status: 'statuses',
  stateAt: 'statusAt',
  processingState: 'state',
  Instant: 'DateTime',
  Name: 'String',
  LongText: 'String',
  LEASE_OVER: 'LEASE_EXPIRED',
};

const patterns: readonly [RegExp, string][] = [
  [/ProcessRun/, 'Run'],
  [/^processRun/, 'run'],
  [/Extract/, 'File'],
  [/^extract/, 'file'],
  [/RefInput$/, 'Ref'],
  [
    /^(create|update|delete)(CharacterSet|CompressionType|DataType|DatasetType|DependencyType|ErrorType|FileStatus|FileSizeType|FileType|FilterType|LocationType|ProcessStatus|ProcessType|ScheduleFrequency|SourceType|SystemSetting)$/,
    '$1Lookup',
  ],
];

/** What a name of before is called now; undefined where it never was one. */
export function renamed(name: string): string | undefined {
  if (Object.hasOwn(exact, name)) return exact[name];
  const now = patterns.reduce((text, [before, after]) => text.replace(before, after), name);
  return now === name ? undefined : now;
}
