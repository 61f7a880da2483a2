import type { Api } from './api.js';

export type Kind = 'HARD' | 'SOFT' | 'PARENT' | 'CONTROL' | 'DATA';
export interface Link {
  parent: { name?: string; id?: string };
  child: { name?: string; id?: string };
  kind?: Kind;
  note?: string;
}

export const link = (child: string, parent: string, kind?: Kind): Link => ({
  child: { name: child },
  parent: { name: parent },
  ...(kind ? { kind } : {}),
});
export const outcomes = (results: any[]): string[] => results.map(({ outcome }) => outcome);
export const namesOf = (list: { name: string }[]): string[] => list.map(({ name }) => name);

const result = 'results { outcome kind parent { name } child { name } cycle { name } error { code message argument value } }';
const change =
  (mutation: string) =>
  async (api: Api, dependencies: Link[], more: object = {}): Promise<any[]> => {
    const input = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const data = await api.run(`mutation ($input: ${input}!) { ${mutation}(input: $input) { ${result} } }`, {
      input: { dependencies, ...more },
    });
    return data[mutation].results;
  };
export const addDependencies = change('addDependencies');
export const removeDependencies = change('removeDependencies');

/** Makes processes with these names; answers their numbers. */
export async function makeProcesses(api: Api, ...names: string[]): Promise<number[]> {
  const rows = await api.sql(
    'insert into process (process_name) select n from unnest($1::text[]) with ordinality u(n, i) order by i returning process_id as id',
    [names],
  );
  return rows.map(({ id }) => id);
}
