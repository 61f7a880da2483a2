import type { Tx } from '../../platform/database.js';
import { conflict, invalid, notFound } from '../../platform/errors.js';
import { globalId, idOf } from '../../platform/entity/ids.js';
import { refuseEmpty } from '../../platform/lists.js';
import { below, resolveRef } from '../../platform/read/references.js';
import { operatorOf } from './filter-operator.js';
import { rowsOf, type AskedFilter, type FilterRow } from './process-filter-checks.js';
import { deleteRows, entitiesIn } from '../../platform/write/entities.js';
import { conditionsOf } from './process-filter-conditions.js';
import type {
  AddProcessFiltersInput,
  ProcessFilterInput,
  RemoveProcessFiltersInput,
  UpdateProcessFilterInput,
} from '../process-filter.input.js';
import type { ProcessRef } from '../process-ref.input.js';
import { processRefs } from '../process-naming.js';
import { ProcessFilterValue } from './process-filter-value.entity.js';
import { ProcessFilter } from './process-filter.entity.js';

export interface FilterRequest {
  processId: number;
  filters: readonly ProcessFilterInput[];
  /** Path of the argument that holds the filters, for errors. */
  argument: string;
}

export interface PutFilter {
  id: number;
  /** Whether this call made it. */
  added: boolean;
}

async function put(tx: Tx, requests: readonly FilterRequest[], replace: boolean): Promise<PutFilter[][]> {
  const asked = requests.flatMap(({ processId, filters, argument }): AskedFilter[] =>
    filters.map((filter, i) => ({ processId, filter, argument: `${argument}.${i}` })),
  );
  if (!asked.length && !replace) return requests.map(() => []);
  const rows = (await rowsOf(tx, asked)).map((row, i) => ({ i, ...row }));
  const made = await tx.query<PutFilter>(
    'select id, added from process_tracker.put_process_filters($1::jsonb, $2::int[], $3) order by place',
    [JSON.stringify(rows), requests.map(({ processId }) => processId), replace],
  );
  let taken = 0;
  return requests.map(({ filters }) => made.slice(taken, (taken += filters.length)));
}

/**
 * Adds conditions to processes, in a fixed number of statements; those that are there already stay as they are. Answers the filters of each
 * request, in its order.
 * @throws NOT_FOUND for an attribute that does not exist; INVALID for an unknown operator or a value that does not fit
 */
export const addFilters = (tx: Tx, requests: readonly FilterRequest[]): Promise<PutFilter[][]> => put(tx, requests, false);

/** As `addFilters`; whatever other conditions these processes have goes. A request without filters takes all of them. */
export const replaceFilters = (tx: Tx, requests: readonly FilterRequest[]): Promise<PutFilter[][]> => put(tx, requests, true);

const processOf = async (tx: Tx, process: ProcessRef) =>
  (await resolveRef(tx, processRefs, process, { at: below('input.process'), lock: 'key share' })).id;

export async function addProcessFilters(tx: Tx, input: AddProcessFiltersInput): Promise<{ processId: number; filters: PutFilter[] }> {
  refuseEmpty(input.filters, 'input.filters');
  const processId = await processOf(tx, input.process);
  const [filters] = await addFilters(tx, [{ processId, filters: input.filters, argument: 'input.filters' }]);
  return { processId, filters: filters! };
}

/** @throws NOT_FOUND for a filter that does not exist; CONFLICT if the process has the changed condition already */
export async function updateProcessFilter(tx: Tx, input: UpdateProcessFilterInput): Promise<number> {
  const id = idOf(input.id, 'ProcessFilter', 'input.id');
  // The process first, as a call that adds filters does.
  await tx.query(
    `select from process
     where process_id = (select process_id from process_filter where process_filter_id = $1)
     for no key update`,
    [id],
  );
  const [known] = await tx.query<{ processId: number; attributeId: number }>(
    `select process_id as "processId", source_object_attribute_id as "attributeId"
     from process_filter
     where process_filter_id = $1
     for update`,
    [id],
  );
  if (!known) throw notFound('There is no ProcessFilter with this id.', { argument: 'input.id', value: input.id });
  const [condition] = await conditionsOf(tx, 'process_filter_id', [id]);
  const filter = {
    attribute: input.attribute ?? { id: globalId('SourceObjectAttribute', known.attributeId) },
    operator: input.operator ?? operatorOf(condition!.code),
    values: input.values ?? [...condition!.values],
    group: input.group ?? condition!.group,
  };
  const [row] = await rowsOf(tx, [{ processId: known.processId, filter, argument: 'input' }]);
  // Links that are new are refused by triggers, but this one is changed.
  const { attribute } = row!;
  const sql = 'select process_tracker.refuse_retired_attribute($1)';
  if (attribute !== known.attributeId) await tx.query(sql, [attribute]);
  await replaceRow(tx, id, row!);
  return id;
}

async function replaceRow(tx: Tx, id: number, { process, attribute, type, group, text, number, list }: FilterRow): Promise<void> {
  const db = entitiesIn(tx, { ProcessFilter, ProcessFilterValue });
  const row = { processId: process, attributeId: attribute, typeId: type, group, valueText: text, valueNumber: number };
  const columns = ['processId', 'attributeId', 'typeId', 'group', 'valueText', 'valueNumber'] as const;
  const same = await db
    .selectFrom('ProcessFilter')
    .select('id')
    .where('id', '<>', id)
    .where((eb) => eb.and(row))
    .limit(1)
    .executeTakeFirst();
  if (same)
    throw conflict('The process already has this condition as another filter.', {
      argument: 'input',
      value: globalId('ProcessFilter', id),
      filter: globalId('ProcessFilter', same.id),
    });
  const changed = await db
    .updateTable('ProcessFilter')
    .set(row)
    .where('id', '=', id)
    .where((eb) => eb.or(columns.map((each) => eb(each, 'is distinct from', row[each]))))
    .returning('id')
    .execute();
  if (!changed.length) return;
  await deleteRows(tx, ProcessFilterValue, { filterId: id });
  if (list?.length)
    await db
      .insertInto('ProcessFilterValue')
      .values(list.map((value, i) => ({ filterId: id, position: i + 1, text: value.text ?? null, number: value.number ?? null })))
      .execute();
}

/** Takes conditions away. What is not there is no error. Answers the processes that had them, one entry a condition. */
export async function removeProcessFilters(tx: Tx, input: RemoveProcessFiltersInput): Promise<number[]> {
  const { process, filters, filterIds } = input;
  if (!filterIds === !(process && filters) || (filterIds && (process || filters)))
    throw invalid('input must have either `filterIds`, or `process` and `filters`.', {
      argument: 'input',
      value: input,
      allowed: 'filterIds, or process and filters',
    });
  if (filterIds) {
    refuseEmpty(filterIds, 'input.filterIds');
    const ids = filterIds.map((id, i) => idOf(id, 'ProcessFilter', `input.filterIds.${i}`));
    return removed(
      await tx.query(
        `delete from process_filter
         where process_filter_id = any($1::int[])
         returning process_id as id`,
        [ids],
      ),
    );
  }
  refuseEmpty(filters, 'input.filters');
  const processId = await processOf(tx, process!);
  const rows = await rowsOf(
    tx,
    filters!.map((filter, i) => ({ processId, filter, argument: `input.filters.${i}` })),
  );
  return removed(
    await tx.query(
      `delete from process_filter f
       using jsonb_to_recordset($1::jsonb) w(attribute int, type int, "group" int, text text, number numeric)
       where f.process_id = $2
         and (f.source_object_attribute_id, f.filter_type_id, f.group_number) = (w.attribute, w.type, w."group")
         and (f.filter_value_string, f.filter_value_numeric) is not distinct from (w.text, w.number)
       returning f.process_id as id`,
      [JSON.stringify(rows), processId],
    ),
  );
}

const removed = (rows: { id: number }[]) => rows.map(({ id }) => id);
