import type { Tx } from '../../platform/database.js';
import { invalid, orThrow } from '../../platform/errors.js';
import { refuseEmpty } from '../../platform/lists.js';
import { below, resolveRefs } from '../../platform/read/references.js';
import { attributeRefs } from '../../source/source-naming.js';
import { CanonicalKind, canonicalType, isNumeric } from '../../source/canonical-type.js';
import type { ProcessFilterInput, ProcessFilterValueInput } from '../process-filter.input.js';
import { filterCodeOf, operatorOf } from './filter-operator.js';
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

/** A value with the path of its argument. @throws INVALID unless it is either a text or a number */
function checkedValue({ text = null, number = null }: ProcessFilterValueInput, argument: string): FilterValue {
  if ((text === null) === (number === null))
    throw invalid(`${argument} must have either text or number.`, { argument, value: { text, number }, allowed: ['text', 'number'] });
  return { text, number };
}

/** Turns conditions into rows, in a fixed number of statements. @throws INVALID or NOT_FOUND, naming the argument */
export async function rowsOf(tx: Tx, asked: readonly AskedFilter[]): Promise<FilterRow[]> {
  const types = await tx.query<{ id: number; code: string }>(
    'select filter_type_id as id, filter_type_code as code from filter_type_lkup order by filter_type_id',
  );
  const attributes = await attributesOf(tx, asked);
  return asked.map(({ processId, filter, argument }, i) => {
    const type = types.find(({ code }) => code === filterCodeOf(filter.operator));
    if (!type) {
      const allowed = types.map(({ code }) => operatorOf(code));
      throw invalid(`There is no operator ${JSON.stringify(filter.operator)}; allowed are ${allowed.join(', ')}.`, {
        argument: `${argument}.operator`,
        value: filter.operator,
        allowed,
        // ProcessTracker's code of it.
        ...(filter.operator === 'lke' ? { nearest: ['contains'] } : {}),
      });
    }
    const group = filter.group ?? 1;
    if (group < 1)
      throw invalid(`group must be at least 1, not ${group}.`, { argument: `${argument}.group`, value: group, allowed: { min: 1 } });
    const row = { process: processId, attribute: attributes[i]!.id, type: type.id, group };
    const values = valuesOf(filter.values, type.code, attributes[i]!, `${argument}.values`);
    return type.code === listOperator
      ? { ...row, text: renderList(values), number: null, list: values }
      : { ...row, ...values[0]!, list: null };
  });
}

/** The attributes that the conditions name, by their present or a former name. @throws INVALID or NOT_FOUND, naming what is missing */
async function attributesOf(tx: Tx, asked: readonly AskedFilter[]): Promise<Attribute[]> {
  const refs = asked.map(({ filter: { attribute } }) => attribute);
  const at = (i: number, of?: string) => below(`${asked[i]!.argument}.attribute`)(of);
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

/** The values of a condition, all as texts or all as numbers, whatever the attribute wants. */
function valuesOf(given: readonly ProcessFilterValueInput[], code: string, attribute: Attribute, argument: string): FilterValue[] {
  refuseEmpty(given, argument);
  if (given.length > 1 && code !== listOperator)
    throw invalid(`${operatorOf(code)} compares with one value, not with ${given.length}; only ${listOperator} compares with several.`, {
      argument,
      value: given,
      allowed: 'one value',
    });
  const list = given.map((value, i) => checkedValue(value, `${argument}.${i}`));
  const canonical = canonicalType(attribute.dataType, attribute.length, attribute.decimals);
  const words = list.findIndex(({ text }) => text !== null);
  // `like` compares texts; and codes of digits are often sent as numbers.
  const asText = words >= 0 || canonical?.kind === CanonicalKind.TEXT || code === 'lke';
  if (asText && isNumeric(canonical)) {
    const at = Math.max(words, 0);
    throw invalid(
      `${pathOf(attribute.path)} has the data type ${attribute.dataType}, which holds numbers: ${
        words < 0 ? `${operatorOf(code)} compares texts` : `it cannot be compared with the text ${JSON.stringify(list[at]!.text)}`
      }.`,
      {
        argument: `${argument}.${at}.${words < 0 ? 'number' : 'text'}`,
        value: list[at]!.text ?? list[at]!.number,
        allowed: words < 0 ? 'another operator' : 'a number',
        attribute: pathOf(attribute.path),
        dataType: attribute.dataType,
      },
    );
  }
  return setOf(
    list.map(({ text, number }) => (asText ? { text: text ?? number, number: null } : { text: null, number: plainNumber(number!) })),
  );
}

/** The one way to write a number, so that 2000, 2000.0 and 02000 are the same condition. */
export function plainNumber(decimal: string): string {
  const [, sign, whole, written = ''] = /^(-?)0*(\d*)(?:\.(\d*))?$/.exec(decimal)!;
  const fraction = written.replace(/(?<!0)0+$/, '');
  const digits = (whole || '0') + (fraction ? `.${fraction}` : '');
  return digits === '0' ? '0' : sign + digits;
}

/** Each value once, in order: a list means the same in any order. */
function setOf(values: FilterValue[]): FilterValue[] {
  const byLiteral = new Map(values.map((value) => [value.text ?? value.number!, value]));
  const before = (a: FilterValue, b: FilterValue) =>
    a.number !== null && b.number !== null && Number(a.number) !== Number(b.number)
      ? Number(a.number) < Number(b.number)
      : (a.text ?? a.number!) < (b.text ?? b.number!);
  return [...byLiteral.values()].sort((a, b) => (before(a, b) ? -1 : 1));
}
