import { openApi, type Api } from './api.js';

const attributes = { year: 'integer', lg: 'varchar(3)', name: 'text', rating: 'NUMBER(4,2)', founded: 'date', note: null };

/** An attribute of the table that all processes here read. */
export const at = (name: string) => ({ source: 'warehouse', object: 'teams', name });

interface Said {
  text?: unknown;
  number?: unknown;
  texts?: unknown[];
  numbers?: unknown[];
  [more: string]: unknown;
}
/** An input with `values` made of one text or number, or of several. */
export const valued = ({ text, number, texts, numbers, ...more }: Said): object => {
  const values = [
    ...(text === undefined ? [] : [{ text }]),
    ...(number === undefined ? [] : [{ number }]),
    ...(texts ?? []).map((each) => ({ text: each })),
    ...(numbers ?? []).map((each) => ({ number: each })),
  ];
  return { ...more, ...(values.length || texts || numbers ? { values } : {}) };
};
/** A condition on it, as an input. */
export const on = (attribute: string, operator: string, more: Said) => ({ attribute: at(attribute), operator, ...valued(more) });

/** A row as ProcessTracker's Python client finds it. */
export const asPython = (attribute: string, code: string, numeric: string | null, text: string | null) => ({
  source_name: 'warehouse',
  source_object_name: 'teams',
  source_object_attribute_name: attribute,
  filter_type_code: code,
  filter_value_numeric: numeric,
  filter_value_string: text,
});

/** The API with makers of filters. */
export async function openFilters(name: string) {
  const api: Api = await openApi(name);

  /** Makes a process that reads the attributes above; answers its number. */
  async function newProcess(name: string): Promise<number> {
    const teams = { name: 'teams', attributes: Object.entries(attributes).map(([name, dataType]) => ({ name, dataType })) };
    const { registerProcess } = await api.run(
      'mutation ($input: RegisterProcessInput!) { registerProcess(input: $input) { process { databaseId } } }',
      {
        input: { name, sources: [{ name: 'warehouse', objects: [teams] }] },
      },
    );
    return registerProcess.process.databaseId;
  }

  const addMutation = `mutation ($input: AddProcessFiltersInput!) { addProcessFilters(input: $input) {
  added process { filterPredicate } filters { id operator group predicate values { text number } attribute { name } filterType { name } }
} }`;
  const add = async (process: string, ...filters: object[]) =>
    (await api.run(addMutation, { input: { process: { name: process }, filters } })).addProcessFilters;
  const predicate = async (process: string) =>
    (await api.run('query ($name: String) { process(name: $name) { filterPredicate } }', { name: process })).process.filterPredicate;

  const failure = async (query: string, input: object) => {
    const rows = () =>
      api.sql(
        'select t.*, (select json_agg(v) from process_filter_value v where v.process_filter_id = t.process_filter_id) from process_filter t order by 1',
      );
    const before = await rows();
    const { errors } = await api.execute(query, { input });
    expect(await rows()).toEqual(before);
    expect(errors).toHaveLength(1);
    const { code, message, details } = errors![0]!.originalError as unknown as {
      code: string;
      message: string;
      details: Record<string, unknown>;
    };
    return { code, message, details };
  };
  const refused = (process: string, ...filters: object[]) => failure(addMutation, { process: { name: process }, filters });

  /** What ProcessTracker's Python client asks for the filters of a process, in its order. */
  const pythonFinder = (process: number) =>
    api.sql(
      `select source_name, source_object_name, source_object_attribute_name, filter_type_code, filter_value_numeric, filter_value_string
     from process_tracker.process_filter f
     join process_tracker.process p on p.process_id = f.process_id
     join process_tracker.source_object_attribute_lkup a on a.source_object_attribute_id = f.source_object_attribute_id
     join process_tracker.source_object_lkup o on o.source_object_id = a.source_object_id
     join process_tracker.source_lkup s on s.source_id = o.source_id
     join process_tracker.filter_type_lkup t on t.filter_type_id = f.filter_type_id
     where f.process_id = $1 order by source_name, source_object_name, source_object_attribute_name, process_filter_id`,
      [process],
    );

  return { api, newProcess, add, predicate, failure, refused, pythonFinder };
}
