import {
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  subscribe,
  parse,
  type GraphQLInputType,
} from 'graphql';
import { createContext } from '../../src/platform/read/context.js';
import { openApi, type Api } from '../support/api.js';
import { fillCatalogue } from '../support/catalogue.js';
import { fillFiles } from '../support/files.js';
import { fillRuns } from '../support/runs.js';

let api: Api;
beforeAll(async () => {
  api = await openApi('empty_lists');
  await fillCatalogue(api, 2);
  await fillRuns(api);
  await fillFiles(api);
  await api.run(mutation('recordRuns', `runs: [{ ${recorded} }]`));
});
afterAll(() => api.close());

const process = '{ process(name: "process 001") { field } }';
const inProcess = (field: string) => process.replace('field', field);
const mutation = (field: string, input: string) => `mutation { ${field}(input: { ${input} }) { __typename } }`;
const registration = (lists: string, mode = 'REPLACE') => mutation('registerProcess', `name: "process 001", mode: ${mode}, ${lists}`);
const recorded =
  'process: { name: "process 001" }, externalId: "once", startedAt: "2019-01-01T00:00:00Z", endedAt: "2019-01-01T01:00:00Z", status: "failed"';
const filter = (list: string) => `attribute: { source: "warehouse", object: "table 001", name: "column 1" }, operator: "in", ${list}`;

/** Lists that select or remove, by pattern of their coordinates: operations that give an empty one, with its argument. */
const refused: Record<string, [string, string][]> = {
  '\\w+Condition.(in|notIn)': [
    ['{ processes(where: { name: { in: [] } }) { totalCount } }', 'where.name.in'],
    ['{ runs(where: { recordCount: { notIn: [] } }) { totalCount } }', 'where.recordCount.notIn'],
    ['{ runs(where: { state: { in: [] } }) { totalCount } }', 'where.state.in'],
    [inProcess('runs(where: { stuck: { notIn: [] } }) { totalCount }'), 'where.stuck.notIn'],
    ['{ run(databaseId: 1) { children(where: { durationSeconds: { in: [] } }) { totalCount } } }', 'where.durationSeconds.in'],
    ['{ files(where: { state: { in: [] } }) { totalCount } }', 'where.state.in'],
    ['{ processes(where: { late: { since: { in: [] } } }) { totalCount } }', 'where.late.since.in'],
    [inProcess('contacts(where: { role: { in: [] } }) { totalCount }'), 'where.role.in'],
  ],
  '\\w+Condition.between': [
    ['{ processes(where: { name: { between: [] } }) { totalCount } }', 'where.name.between'],
    ['{ runs(where: { durationSeconds: { between: [] } }) { totalCount } }', 'where.durationSeconds.between'],
  ],
  '\\w+Where.(and|or)': [
    ['{ processes(where: { and: [] }) { totalCount } }', 'where.and'],
    ['{ processes(where: { or: [] }) { totalCount } }', 'where.or'],
  ],
  'Process.(ancestors|descendants|parents|children)\\(kinds:\\)': [
    ...['ancestors', 'descendants'].map((field): [string, string] => [inProcess(`${field}(kinds: []) { complete }`), 'kinds']),
    ...['parents', 'children'].map((field): [string, string] => [inProcess(`${field}(kinds: []) { totalCount }`), 'kinds']),
  ],
  'Query.executionOrder\\((kinds|processes):\\)': [
    ['{ executionOrder(kinds: []) { __typename } }', 'kinds'],
    ['{ executionOrder(processes: []) { __typename } }', 'processes'],
  ],
  'Query.runStatistics\\(processes:\\)': [['{ runStatistics(from: "2020-01-01T00:00:00Z", processes: []) { __typename } }', 'processes']],
  'Query.lineage\\(roots:\\)': [['{ lineage(roots: []) { complete } }', 'roots']],
  'Subscription.changes\\((kinds|statuses|fields):\\)': ['kinds', 'statuses', 'fields'].map((name) => [
    `subscription { changes(${name}: []) { cursor } }`,
    name,
  ]),
  'Update(Process|Source|SourceObject)Input.links': [
    [mutation('updateProcess', 'process: { name: "process 001" }, links: []'), 'input.links'],
    [mutation('updateSource', 'source: { name: "warehouse" }, links: []'), 'input.links'],
  ],
  // Each by the same function: test/platform/bulk-forms.test.ts has more.
  '(Heartbeat|Finish|Fail|Release|Retry|Skip|Reprocess)FilesInput.files': [[mutation('retryFiles', 'files: []'), 'input.files']],
  '(Reopen|Cancel|Abandon)RunsInput.runs': [[mutation('cancelRuns', 'runs: []'), 'input.runs']],
  '(Hold|Release|Assign|Remove)Processes(To|From)?(Cluster)?Input.processes': [
    [mutation('holdProcesses', 'processes: []'), 'input.processes'],
  ],
  '(Link|Unlink)(Contacts|DatasetTypes|Locations)Input.links': [[mutation('linkContacts', 'links: []'), 'input.links']],
  '(Retire|Restore)RecordsInput.records': [[mutation('retireRecords', 'records: []'), 'input.records']],
  '(Close|Reopen)RunGroupsInput.groups': [[mutation('closeRunGroups', 'groups: []'), 'input.groups']],
  'RaiseRunErrorsInput.errors': [[mutation('raiseRunErrors', 'errors: []'), 'input.errors']],
  'StartRunsInput.starts': [[mutation('startRuns', 'starts: []'), 'input.starts']],
  'UnlinkProcessInput.(sources|targets)': ['sources', 'targets'].map((side) => [
    mutation('unlinkProcess', `process: { name: "process 001" }, ${side}: []`),
    `input.${side}`,
  ]),
  'UnlinkSourceInput.objects': [
    [
      mutation('unlinkProcess', 'process: { name: "process 001" }, targets: [{ name: "warehouse", objects: [] }]'),
      'input.targets.0.objects',
    ],
  ],
  'UnlinkObjectInput.attributes': [
    [
      mutation(
        'unlinkProcess',
        'process: { name: "process 001" }, targets: [{ name: "warehouse", objects: [{ name: "table 001", attributes: [] }] }]',
      ),
      'input.targets.0.objects.0.attributes',
    ],
  ],
  'RemoveProcessFiltersInput.(filterIds|filters)': [
    [mutation('removeProcessFilters', 'filterIds: []'), 'input.filterIds'],
    [mutation('removeProcessFilters', 'process: { name: "process 001" }, filters: []'), 'input.filters'],
  ],
  'AddProcessFiltersInput.filters': [[mutation('addProcessFilters', 'process: { name: "process 001" }, filters: []'), 'input.filters']],
  '(Update)?ProcessFilterInput.values': [
    [mutation('addProcessFilters', `process: { name: "process 001" }, filters: [{ ${filter('values: []')} }]`), 'input.filters.0.values'],
  ],
  'AddDependenciesInput.dependencies': [[mutation('addDependencies', 'dependencies: []'), 'input.dependencies']],
  'RemoveDependenciesInput.dependencies': [[mutation('removeDependencies', 'dependencies: []'), 'input.dependencies']],
  'AddFileDependenciesInput.dependencies': [[mutation('addFileDependencies', 'dependencies: []'), 'input.dependencies']],
  'RemoveFileDependenciesInput.dependencies': [[mutation('removeFileDependencies', 'dependencies: []'), 'input.dependencies']],
  'ClaimFilesInput.claims': [[mutation('claimFiles', 'claims: []'), 'input.claims']],
  'RegisterFilesInput.files': [
    [mutation('registerFiles', 'location: { path: "/files" }, run: { databaseId: 1 }, files: []'), 'input.files'],
  ],
  'RegisterProcessesInput.processes': [[mutation('registerProcesses', 'processes: []'), 'input.processes']],
  'RecordRunsInput.runs': [[mutation('recordRuns', 'runs: []'), 'input.runs']],
  'ReportFilesInput.reports': [[mutation('reportFiles', 'reports: []'), 'input.reports']],
  'ReportRunsInput.reports': [[mutation('reportRuns', 'reports: []'), 'input.reports']],
};

/** Lists that add: an operation that gives an empty one, and changes nothing. With the mode REPLACE they are refused: see below. */
const adding: Record<string, string[]> = {
  'RegisterProcessInput.(contacts|datasetTypes|dependsOn|filters|links|mappings|sources|targets)': [
    registration('contacts: [], datasetTypes: [], dependsOn: [], filters: [], links: [], mappings: [], sources: [], targets: []', 'ADD'),
  ],
  'SourceInput.(contacts|objects)': [registration('targets: [{ name: "warehouse", contacts: [], objects: [] }]', 'ADD')],
  'ObjectInput.(contacts|attributes)': [
    registration('targets: [{ name: "warehouse", objects: [{ name: "table 001", contacts: [], attributes: [] }] }]', 'ADD'),
  ],
  'RecordRunInput.(errors|links|parameters)': [mutation('recordRuns', `runs: [{ ${recorded}, errors: [], links: [], parameters: [] }]`)],
  'ReportFileInput.(errors|links)': [mutation('reportFile', 'file: { databaseId: 1 }, errors: [], links: [], fencingToken: null')],
  'ReportRunInput.(errors|links|parameters)': [mutation('reportRun', 'run: { databaseId: 1 }, errors: [], links: [], parameters: []')],
  'StartRunInput.(links|parameters)': [mutation('startRun', 'process: { name: "process 001" }, links: [], parameters: []')],
  'RaiseRunErrorInput.links': [],
  '(Finish|Fail)FileInput.links': [],
  'Create(Source|SourceObject)Input.links': [mutation('createSource', 'name: "without links", links: []')],
  'RegisterLocationFilesInput.fileNames': [mutation('registerLocationFiles', 'location: { path: "/empty" }, fileNames: []')],
};

/** All list arguments and input fields of the schema, by coordinate. */
function listsOfSchema(): string[] {
  const isList = (type: GraphQLInputType) => isListType(getNullableType(type));
  return Object.values(api.schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isInputObjectType(type))
      return Object.values(type.getFields()).flatMap((field) => (isList(field.type) ? [`${type.name}.${field.name}`] : []));
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((arg) => (isList(arg.type) ? [`${type.name}.${field.name}(${arg.name}:)`] : [])),
    );
  });
}

test('each list of the schema has its rule: it selects or removes, or it adds', () => {
  // Names its records one by one: none named, none answered (nodes.test.ts).
  const naming = ['Query.nodes\\(ids:\\)'];
  const patterns = [...Object.keys(refused), ...Object.keys(adding), ...naming].map((pattern) => new RegExp(`^${pattern}$`));
  const lists = listsOfSchema();
  expect(lists.filter((list) => patterns.filter((pattern) => pattern.test(list)).length !== 1)).toEqual([]);
  expect(patterns.filter((pattern) => !lists.some((list) => pattern.test(list)))).toEqual([]);
});

async function refusalOf(operation: string): Promise<unknown> {
  const document = parse(operation);
  const contextValue = createContext(api.db, { actor: 'tester', role: 'admin' }, 'test');
  const result = operation.startsWith('subscription')
    ? await subscribe({ schema: api.schema, document, contextValue })
    : await api.execute(operation);
  return 'errors' in result ? result.errors![0]!.originalError : undefined;
}

test.each(Object.values(refused).flat())('%s is refused', async (operation, argument) => {
  expect(await refusalOf(operation)).toMatchObject({ code: 'INVALID', details: { argument, allowed: { min: 1 } } });
});

test.each([
  ...['contacts', 'datasetTypes', 'dependsOn', 'filters', 'links', 'mappings', 'sources', 'targets'].map((list) => [
    `${list}: []`,
    `input.${list}`,
  ]),
  ['sources: [{ name: "landing zone 1", objects: [] }]', 'input.sources.0.objects'],
  ['targets: [{ name: "warehouse", objects: [{ name: "table 001", attributes: [] }] }]', 'input.targets.0.objects.0.attributes'],
])('a registration that replaces refuses %s', async (lists, argument) => {
  expect(await refusalOf(registration(lists))).toMatchObject({ code: 'INVALID', details: { argument, allowed: { min: 1 } } });
});

test.each(Object.values(adding).flat())('%s adds nothing', async (operation) => {
  const links = () =>
    api.sql(
      'select (select count(*) from process_source_object_attribute) as a, (select count(*) from process_target) as t, (select count(*) from process_contact) as c, (select count(*) from error_tracking) as e',
    );
  const before = await links();
  const { errors } = await api.execute(operation);
  expect(errors).toBeUndefined();
  expect(await links()).toEqual(before);
});
