import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLSchema,
  isInterfaceType,
  isObjectType,
  type GraphQLInputFieldConfig,
  type GraphQLInputFieldConfigMap,
  type GraphQLInputType,
} from 'graphql';
import { Field, ID, Int } from 'type-graphql';
import { hasKey, shownColumns } from '../entity/columns.js';
import { conditionOn, learnEnums } from './filter-operators.js';
import {
  anyOfSql,
  choiceSql,
  columnSql,
  factSql,
  fieldSqls,
  filteredAs,
  filterLimits,
  idSql,
  insideSql,
  joined,
  listSql,
  negated,
  oneSql,
  parentOf,
  partsSql,
  referenceSql,
  valueSql,
  type ComputedParts,
  type ComputedValue,
  type FieldSql,
  type Relation,
} from './filter-sql.js';
import type { EntityClass } from '../entity/rows.js';

/**
 * Filters: one input type a concept (`ProcessWhere` for `Process`), made of the columns that the concept shows and of the relations
 * that are declared as its fields. A condition on a missing value does not hold, and `not` holds wherever what it denies does not.
 */

type InputField = () => GraphQLInputFieldConfig;

/** What each class says of the filters on it. */
const declared = new Map<EntityClass, Map<string, InputField>>();
const wheres = new Map<EntityClass, GraphQLInputObjectType>();
const listWheres = new Map<EntityClass, GraphQLInputObjectType>();

const below = <T>(map: Map<EntityClass, Map<string, T>>, entity: EntityClass): Map<string, T> => {
  const known = map.get(entity) ?? new Map<string, T>();
  map.set(entity, known);
  return known;
};

function addField(entity: EntityClass, name: string, type: () => GraphQLInputType, description: string, sql: FieldSql): void {
  below(declared, entity).set(name, () => ({ type: type(), description }));
  below(fieldSqls, entity).set(name, sql);
}

/** Lets rows of `owner` be chosen by the one row that a foreign key (the property) points to. */
export function filterByReference(owner: EntityClass, field: string, property: string, to: EntityClass): void {
  addField(owner, field, () => whereType(to), `Its \`${field}\` meets this; empty (\`{}\`): it has one.`, referenceSql(property, to));
}

/** Lets rows of `owner` be chosen by a list below them. */
export function filterByList(owner: EntityClass, field: string, list: Relation): void {
  addField(owner, field, () => listWhereType(filteredAs(list)), `Filter on its \`${field}\`.`, listSql(list));
}

/** Lets rows of `owner` be chosen by the one row below them that a relation has. */
export function filterByOne(owner: EntityClass, field: string, relation: Relation): void {
  addField(
    owner,
    field,
    () => whereType(filteredAs(relation)),
    `Its \`${field}\` meets this; empty (\`{}\`): it has one.`,
    oneSql(relation),
  );
}

/** Lets links, whose row is that of what they lead to, be chosen by the latter. */
export function filterByInside(link: EntityClass, field: string, entity: EntityClass): void {
  addField(link, field, () => whereType(entity), `Its \`${field}\` meets this.`, insideSql(entity));
}

/** Lets rows of `owner` be chosen by the values of an array of texts. */
export function filterByAny(owner: EntityClass, field: string, array: string, description: string): void {
  addField(owner, field, () => conditionOn(String, true), description, anyOfSql(array));
}

/** Lets rows of `owner` be chosen by a computed field: a type with conditions, and the SQL of the field for the row `t`. */
export function filterByValue(owner: EntityClass, field: string, value: ComputedValue): void {
  const { type, nullable = false } = value;
  addField(owner, field, () => conditionOn(type, nullable), `Condition on its \`${field}\`.`, valueSql(value));
}

/** Lets rows of `owner` be chosen by whether something holds, as SQL about the row `t`: a field that is true or false. `fails` is the SQL of the opposite where it is found in another way. */
export function filterByFact(owner: EntityClass, field: string, holds: string, fails?: string): void {
  addField(owner, field, () => conditionOn(Boolean, false), `Condition on its \`${field}\`.`, factSql(holds, fails));
}

/** Lets rows of `owner` be chosen by a computed field with few values, such as a state: the SQL of whether it has one of some values, and of whether it has any. */
export function filterByChoice(
  owner: EntityClass,
  field: string,
  type: object,
  isOneOf: (values: readonly string[]) => string,
  hasOne?: string,
): void {
  addField(owner, field, () => conditionOn(type, hasOne !== undefined), `Condition on its \`${field}\`.`, choiceSql(isOneOf, hasOne));
}

/** Lets rows of `owner` be chosen by conditions on the parts of a computed object. */
export function filterByParts(owner: EntityClass, field: string, parts: ComputedParts): void {
  addField(owner, field, () => partsType(parts), `Its \`${field}\` meets this; empty (\`{}\`): it has one.`, partsSql(parts));
}

const partsTypes = new Map<ComputedParts, GraphQLInputObjectType>();

function partsType(parts: ComputedParts): GraphQLInputObjectType {
  const fields: GraphQLInputFieldConfigMap = {};
  for (const [name, { type, nullable = false }] of Object.entries(parts.values))
    fields[name] = { type: conditionOn(type, nullable), description: `Condition on its \`${name}\`.` };
  const made =
    partsTypes.get(parts) ??
    new GraphQLInputObjectType({
      name: `${parts.name}Where`,
      description: `Filter on ${parts.name}. All given conditions must hold.`,
      fields,
    });
  partsTypes.set(parts, made);
  return made;
}

/** Lets rows of an entity be chosen by the columns that it shows. */
function addColumns(entity: EntityClass): void {
  if (hasKey(entity)) {
    addField(entity, 'id', () => conditionOn(ID, false), 'Condition on its global id.', idSql);
    addField(entity, 'databaseId', () => conditionOn(Int, false), 'Condition on its `databaseId`.', columnSql('id'));
  }
  for (const [property, { type, nullable }] of shownColumns(entity))
    // A field that is computed of its column may have conditions of its own.
    if (!below(declared, entity).has(property))
      addField(entity, property, () => conditionOn(type, nullable), `Condition on its \`${property}\`.`, columnSql(property));
}

function whereType(entity: EntityClass): GraphQLInputObjectType {
  const known = wheres.get(entity);
  if (known) return known;
  const where: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: `${entity.name}Where`,
    description: `Filter on ${entity.name}. All given conditions must hold.`,
    fields: () => {
      const list = new GraphQLList(new GraphQLNonNull(where));
      addField(entity, 'and', () => list, 'All of these hold. At least one must be given.', joined('and'));
      addField(entity, 'or', () => list, 'At least one of these holds. At least one must be given.', joined('or'));
      addField(entity, 'not', () => where, 'The condition does not hold, or has no value to hold for.', negated);
      const fields: GraphQLInputFieldConfigMap = {};
      for (let each: EntityClass | undefined = entity; each; each = parentOf(each)) {
        addColumns(each);
        for (const [name, field] of below(declared, each)) fields[name] = field();
      }
      return fields;
    },
  });
  wheres.set(entity, where);
  return where;
}

function listWhereType(entity: EntityClass): GraphQLInputObjectType {
  const known = listWheres.get(entity);
  if (known) return known;
  const type = whereType(entity);
  const list = new GraphQLInputObjectType({
    name: `${entity.name}ListWhere`,
    description: `Filter on a list of ${entity.name}. All given conditions must hold.`,
    fields: {
      some: { type, description: 'At least one record of the list meets it; `{}`: the list is not empty.' },
      none: { type, description: 'No record of the list meets it; `{}`: the list is empty.' },
      every: { type, description: 'All records of the list meet it, or the list is empty.' },
    },
  });
  listWheres.set(entity, list);
  return list;
}

const placeholders = new Map<EntityClass, GraphQLScalarType>();

/**
 * The type of an argument by which rows of `entity` are chosen. It is a scalar that stands for the input type until the schema is made:
 * type-graphql would turn each object of a filter into an instance of a class, for each row of a list above, at more than the row's own cost.
 */
function whereOf(entity: EntityClass): GraphQLScalarType {
  const placeholder = placeholders.get(entity) ?? new GraphQLScalarType({ name: `${entity.name}Where` });
  placeholders.set(entity, placeholder);
  return placeholder;
}

/** The argument `where` of a list of rows of `entity`. */
export const WhereField = (entity: EntityClass): PropertyDecorator =>
  Field(() => whereOf(entity), {
    nullable: true,
    description: `Filter. At most ${filterLimits.depth} levels deep and ${filterLimits.conditions} conditions.`,
  });

/** The schema with the filters' input types in the places that `whereOf` keeps for them. */
export function withFilters(schema: GraphQLSchema): GraphQLSchema {
  // Types of another schema, whose enums are others.
  for (const types of [wheres, listWheres, partsTypes]) types.clear();
  learnEnums(schema);
  // What was made for another schema has the enums of that one.
  for (const made of [wheres, listWheres, partsTypes]) made.clear();
  const { types, ...config } = schema.toConfig();
  const entities = new Map<unknown, EntityClass>([...placeholders].map(([entity, placeholder]) => [placeholder, entity]));
  for (const type of types)
    if (isObjectType(type) || isInterfaceType(type))
      for (const { args } of Object.values(type.getFields()))
        for (const argument of args) {
          const entity = entities.get(argument.type);
          if (entity) argument.type = whereType(entity);
        }
  return new GraphQLSchema({ ...config, types: types.filter((type) => !entities.has(type)) });
}
