import type { Tx } from '../../platform/database.js';
import { invalid, orThrow } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import { below, resolveRefs, type NamedRef } from '../../platform/read/references.js';
import { attributeRefs } from '../../source/source-naming.js';
import { CanonicalKind, canonicalType, isNumeric } from '../../source/canonical-type.js';
import type { FilterAttributeInput, FilterValueInput, ProcessFilterInput } from '../process-filter.input.js';
import { listOperator, pathOf, renderList, type FilterValue } from './process-filter-predicate.js';

/** A condition with the path of the argument that it came by, for errors. */
export interface AskedFilter {
  processId: number;
  filter: ProcessFilterInput;
  argument: string;
}

/** A condition as a row: the text of a list is its rendering. */
export interface FilterRow {
  process: number;
  attribute: number;
  type: number;
  group: number;
  text: string | null;
  number: string | null;
  list: FilterValue[] | null;
}

/** What the store knows of an attribute that an input names. */
interface Attribute {
  id: number;
  path: (string | null)[];
  dataType: string | null;
  length: number | null;
  decimals: number | null;
}

const valueArguments = ['text', 'number', 'texts', 'numbers'] as const;

/** Which of the four values is given; undefined for none. */
export const valueGiven = (input: FilterValueInput, argument: string): (typeof valueArguments)[number] | undefined => {
  const given = valueArguments.filter((name) => input[name] !== undefined && input[name] !== null);
  if (given.length > 1)
    throw invalid(`A condition compares with one of text, number, texts and numbers; here are ${given.join(' and ')}.`, {
      argument: `${argument}.${given[1]}`,
      value: input[given[1]!],
      allowed: valueArguments,
    });
  return given[0];
};

/** Turns conditions into rows, in a fixed number of statements. @throws INVALID or NOT_FOUND, naming the argument */
export async function rowsOf(tx: Tx, asked: readonly AskedFilter[]): Promise<FilterRow[]> {
  const types = await tx.query<{ id: number; code: string }>(
    'select filter_type_id as id, filter_type_code as code from filter_type_lkup order by filter_type_id',
  );
  const attributes = await attributesOf(tx, asked);
  return asked.map(({ processId, filter, argument }, i) => {
    const type = types.find(({ code }) => code === filter.operator);
    if (!type) {
      const allowed = types.map(({ code }) => code);
      throw invalid(`There is no operator ${JSON.stringify(filter.operator)}; known are ${allowed.join(', ')}.`, {
        argument: `${argument}.operator`,
        value: filter.operator,
        allowed,
      });
    }
    const group = filter.group ?? 1;
    if (group < 1)
      throw invalid(`A group has a number from 1, not ${group}.`, { argument: `${argument}.group`, value: group, allowed: { min: 1 } });
    const row = { process: processId, attribute: attributes[i]!.id, type: type.id, group };
    const values = valuesOf(filter, attributes[i]!, argument);
    return type.code === listOperator
      ? { ...row, text: renderList(values), number: null, list: values }
      : { ...row, ...values[0]!, list: null };
  });
}

/** The attributes that the conditions name, by their present or a former name. @throws INVALID or NOT_FOUND, naming what is missing */
async function attributesOf(tx: Tx, asked: readonly AskedFilter[]): Promise<Attribute[]> {
  const refs = asked.map(({ filter: { attribute }, argument }) => named(attribute, `${argument}.attribute`));
  const at = (i: number, of?: string) => below(`${asked[i]!.argument}.attribute`, { name: 'attribute' })(of);
  const ids = (await resolveRefs(tx, attributeRefs, refs, { at })).map((each) => orThrow(each).id);
  const found = await tx.query<Attribute>(
    `select a.source_object_attribute_id as id,
       array[s.source_name, o.source_object_name, a.source_object_attribute_name] as path,
       coalesce(d.data_type, a.reported_type) as "dataType", a.data_length as length, a.data_decimal as decimals
     from source_object_attribute_lkup a
     left join source_object_lkup o on o.source_object_id = a.source_object_id
     left join source_lkup s on s.source_id = o.source_id
     left join data_type_lkup d on d.data_type_id = a.data_type_id
     where a.source_object_attribute_id = any($1::int[])`,
    [ids],
  );
  const byId = new Map(found.map((attribute) => [attribute.id, attribute]));
  return ids.map((id) => byId.get(id)!);
}

function named({ id, source, object, attribute }: FilterAttributeInput, argument: string): NamedRef {
  const names = [source, object, attribute].filter((name) => name !== undefined && name !== null);
  if (id ? names.length > 0 : names.length < 3)
    throw invalid('Say which attribute: either by id, or by source, object and attribute.', {
      argument,
      value: { id, source, object, attribute },
      allowed: 'id, or source, object and attribute',
    });
  const path: Record<string, unknown> = { source, object };
  return id ? { id } : { ...path, name: attribute ?? null };
}

/** The values of a condition, as texts or as numbers, whatever the attribute wants. */
function valuesOf(filter: ProcessFilterInput, attribute: Attribute, argument: string): FilterValue[] {
  const given = valueGiven(filter, argument);
  if (!given) throw invalid('Say what to compare with.', { argument: `${argument}.text`, value: null, allowed: valueArguments });
  const at = `${argument}.${given}`;
  const value = filter[given]!;
  if (Array.isArray(value)) {
    if (filter.operator !== listOperator)
      throw invalid(`Only ${listOperator} compares with a list; ${filter.operator} takes one value.`, {
        argument: at,
        value,
        allowed: ['text', 'number'],
      });
    refuseEmpty(value, at);
  }
  const canonical = canonicalType(attribute.dataType, attribute.length, attribute.decimals);
  const numbers = given === 'number' || given === 'numbers';
  // `like` compares texts; and codes of digits are often sent as numbers.
  const asText = !numbers || canonical?.kind === CanonicalKind.TEXT || filter.operator === 'lke';
  const list = Array.isArray(value) ? value : [value];
  if (asText && isNumeric(canonical))
    throw invalid(
      `${pathOf(attribute.path)} has the data type ${attribute.dataType}, which holds numbers: ${
        numbers ? `${filter.operator} compares texts` : `it cannot be compared with the text ${JSON.stringify(list[0])}`
      }.`,
      {
        argument: at,
        value,
        allowed: numbers ? 'another operator' : 'a number',
        attribute: pathOf(attribute.path),
        dataType: attribute.dataType,
      },
    );
  const texts = asText
    ? list.map((each) => ({ text: each, number: null }))
    : list.map((each) => ({ text: null, number: plainNumber(each) }));
  return setOf(texts);
}

/** The one way to write a number, so that 2000, 2000.0 and 02000 are the same condition. */
export function plainNumber(decimal: string): string {
  const [, sign, whole, written = ''] = /^(-?)0*(\d*)(?:\.(\d*))?$/.exec(decimal)!;
  const fraction = written.replace(/(?<!0)0+$/, '');
  const digits = (whole || '0') + (fraction ? `.${fraction}` : '');
  return digits === '0' ? '0' : sign + digits;
}

/** Each value once, in order: a list means the same whatever the order it was said in. */
function setOf(values: FilterValue[]): FilterValue[] {
  const byLiteral = new Map(values.map((value) => [value.text ?? value.number!, value]));
  const before = (a: FilterValue, b: FilterValue) =>
    a.number !== null && b.number !== null && Number(a.number) !== Number(b.number)
      ? Number(a.number) < Number(b.number)
      : (a.text ?? a.number!) < (b.text ?? b.number!);
  return [...byLiteral.values()].sort((a, b) => (before(a, b) ? -1 : 1));
}
