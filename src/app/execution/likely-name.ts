import { getNamedType, isObjectType, Kind, type GraphQLError, type GraphQLNamedType } from 'graphql';
import { upperFirst } from '../../platform/words.js';
import { nodeAbove } from './argument-path.js';
import { renamed } from './renamed.js';

const isPlural = (name: string, known: string): boolean => [`${name}s`, `${name}es`].includes(known) || name === `${known}s`;

/** Whether one name is the other with a word more, or its plural: `object` and `objects`, `lease` and `leaseSeconds`, `name` and `fileName`. */
const isAlike = (name: string, known: string): boolean =>
  isPlural(name, known) || known.endsWith(upperFirst(name)) || new RegExp(`^${name}[A-Z]`).test(known);

/** A field for the value that replaces another one is rarely meant. */
const isNew = (known: string) => known.startsWith('new');

/**
 * What a name stands for among those that a type has: one that holds it as a word, or what is called so since the API was renamed. Undefined where
 * neither is there, or the latter is given already.
 */
export function likelyName(name: string, known: readonly string[], given: readonly string[] = []): string | undefined {
  const alike = known.filter((each) => isAlike(name, each) && !given.includes(each));
  const now = renamed(name).find((each) => known.includes(each));
  return (
    alike.find((each) => isPlural(name, each)) ??
    alike.find((each) => !isNew(each)) ??
    (now !== undefined && !given.includes(now) ? now : alike[0])
  );
}

export interface FieldBelow {
  field: string;
  /** As a selection: `contact { name }`. */
  written: string;
  /** Whether the type is a link to the record of this field, such as `ProcessContact` of `contact`. */
  isLink: boolean;
  owner: GraphQLNamedType;
}

/** The field of a type whose record, or whose records, have the field that is asked for; undefined where records of several types have it. */
export function fieldBelow(name: string, type: GraphQLNamedType): FieldBelow | undefined {
  if (!isObjectType(type) || isRoot(type)) return undefined;
  const found = Object.values(type.getFields()).flatMap(({ name: field, type: ofField }): FieldBelow[] => {
    const owner = getNamedType(ofField);
    if (!isObjectType(owner)) return [];
    const isLink = type.name.endsWith(upperFirst(field));
    if (name in owner.getFields()) return [{ field, written: `${field} { ${name} }`, isLink, owner }];
    const nodes = owner.getFields().nodes;
    const node = nodes && getNamedType(nodes.type);
    return isObjectType(node) && name in node.getFields()
      ? [{ field, written: `${field} { nodes { ${name} } }`, isLink, owner: node }]
      : [];
  });
  // All of a kind rather than one of them: `runs` rather than `latestRun`.
  const isClear = new Set(found.map(({ owner }) => owner)).size === 1;
  return found.find(({ isLink }) => isLink) ?? (isClear ? (found.find(({ written }) => written.includes('nodes')) ?? found[0]) : undefined);
}

const isRoot = ({ name }: GraphQLNamedType): boolean => ['Query', 'Mutation', 'Subscription'].includes(name);

/** Names that stand beside one that is wrong: in the same object, or as arguments of the same field. */
export function besides({ message, nodes: [node] = [] }: GraphQLError): string[] {
  // GraphQL's text of a variable's value; what is in nested values and in texts is left out.
  const [, value] = /^Variable "\$\w+" got invalid value \{(.+)\}(?: at "[^"]*")?; /s.exec(message) ?? [];
  if (value !== undefined) {
    let flat = value.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
    for (let before = ''; before !== flat;) [before, flat] = [flat, flat.replaceAll(/\{[^{}]*\}|\[[^[\]]*\]/g, '')];
    return [...flat.matchAll(/(\w+):/g)].map(([, name]) => name!);
  }
  const above = node && nodeAbove(node);
  if (above?.kind === Kind.OBJECT) return above.fields.map((each) => each.name.value);
  return above?.kind === Kind.FIELD ? (above.arguments ?? []).map((each) => each.name.value) : [];
}
