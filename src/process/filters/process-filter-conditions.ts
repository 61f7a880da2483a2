import type { Queries } from '../../platform/database.js';
import { listOperator, parseList, type FilterCondition, type FilterValue } from './process-filter-predicate.js';

/** Order of the conditions of a process, in their predicate and in their list; the number of the filter comes last. */
export const conditionOrder = {
  group: { sql: 't.group_number', cast: 'int' },
  sourceName: { sql: `coalesce(s.source_name, '')`, cast: 'text' },
  objectName: { sql: `coalesce(o.source_object_name, '')`, cast: 'text' },
  attributeName: { sql: 'a.source_object_attribute_name', cast: 'text' },
  typeId: { sql: 't.filter_type_id', cast: 'int' },
} as const;

/** Filters `t` with the attribute `a` that they are about. Other clients make attributes that belong to no object. */
export const filtersWithNames = `process_filter t join source_object_attribute_lkup a on a.source_object_attribute_id = t.source_object_attribute_id
  left join source_object_lkup o on o.source_object_id = a.source_object_id left join source_lkup s on s.source_id = o.source_id`;

interface ConditionRow extends Omit<FilterCondition, 'values'> {
  id: number;
  processId: number;
  text: string | null;
  number: string | null;
  list: FilterValue[] | null;
}

export interface StoredCondition extends FilterCondition {
  id: number;
  processId: number;
}

/** The conditions of these filters, or of these processes, in the order in which they are written out. */
export async function conditionsOf(
  db: Queries,
  by: 'process_filter_id' | 'process_id',
  keys: readonly number[],
): Promise<StoredCondition[]> {
  const rows = await db.query<ConditionRow>(
    `select t.process_filter_id as id, t.process_id as "processId", t.group_number as "group",
       y.filter_type_code as code, y.filter_type_name as type,
       array[s.source_name, o.source_object_name, a.source_object_attribute_name] as path,
       t.filter_value_string as text, t.filter_value_numeric as number,
       (
         select json_agg(
           json_build_object('text', v.filter_value_string, 'number', v.filter_value_numeric::text)
           order by v.position)
         from process_filter_value v
         where v.process_filter_id = t.process_filter_id
       ) as list
     from ${filtersWithNames}
     join filter_type_lkup y on y.filter_type_id = t.filter_type_id
     where t.${by} = any($1::int[])
     order by ${Object.values(conditionOrder)
       .map(({ sql }) => sql)
       .join(', ')}, t.process_filter_id`,
    [keys],
  );
  return rows.map(({ text, number, list, ...row }) => ({ ...row, values: valuesOf(row.code, text, number, list) }));
}

function valuesOf(code: string, text: string | null, number: string | null, list: FilterValue[] | null): FilterValue[] {
  if (code === listOperator && list) return list;
  // Some clients write the empty text where they mean the number.
  const value = { text: text === '' && number !== null ? null : text, number };
  if (code === listOperator && value.text !== null) return parseList(value.text);
  return value.text === null && number === null ? [] : [value];
}
