import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isRequiredInputField,
  parseConstValue,
  print,
  valueFromAST,
  type GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { argumentOf } from './argument-path.js';
import { nearest } from '../../platform/nearest.js';
import { besides, fieldBelow, likelyName } from './likely-name.js';
import { renamed } from './renamed.js';

// What graphql-js finds wrong with a request it says in a sentence; which argument, which value and what is allowed are added here.

export interface Facts {
  /** What a name of before is called now. */
  now?: string;
  /** The right form, as a sentence of the message. */
  hint?: string;
  argument?: string;
  value?: unknown;
  allowed?: unknown;
  nearest?: string[];
}

/** A value that a message shows. */
function shown(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The value that is wrong: what the message says of a variable's, or what stands in the document. */
function valueOf({ message, nodes }: GraphQLError): { value?: unknown } {
  const [, ofVariable] = /^Variable "\$\w+" got invalid value (.+?)(?: at "[^"]*")?; /s.exec(message) ?? [];
  if (ofVariable !== undefined) return { value: shown(ofVariable) };
  if (/was not provided|is required, but/.test(message)) return { value: null };
  const [node] = nodes ?? [];
  if (!node || !/value|Value/.test(node.kind)) return {};
  return { value: 'value' in node && typeof node.value === 'string' ? node.value : print(node) };
}

const leaves: Readonly<Record<string, string>> = {
  Int: 'a whole number from -2147483648 to 2147483647',
  Float: 'a number',
  String: 'a text',
  Boolean: 'true or false',
  ID: 'a text',
};

const fieldsOf = (type: GraphQLNamedType | undefined): string[] =>
  isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [];

interface Names {
  name: string;
  known: string[];
  isInput?: boolean;
  ofEnum?: boolean;
  /** The type whose field is asked for. */
  owner?: GraphQLNamedType | undefined;
  hint?: string;
}

/** Names among which there is none like that in the request: of arguments, fields, values of an enum, types. */
function namesFor(error: GraphQLError, schema: GraphQLSchema): Names | undefined {
  const { message } = error;
  const [, name = '', field = ''] = /^Unknown argument "(\w+)" on field "([\w.]+)"/.exec(message) ?? [];
  if (name) {
    const [type, own] = field.split('.');
    const owner = schema.getType(type!);
    const args = isObjectType(owner) || isInterfaceType(owner) ? (owner.getFields()[own!]?.args ?? []) : [];
    return { name, known: args.map((each) => each.name), isInput: true };
  }
  const [, strange, of] = /Field "(\w+)" is not defined by type "(\w+)"/.exec(message) ?? [];
  if (strange) {
    const known = fieldsOf(schema.getType(of!));
    const isPair = known.join() === 'name,value';
    const quote = message.startsWith('Variable ') ? '"' : '';
    const pair = `[{ ${quote}name${quote}: "${strange}", ${quote}value${quote}: "…" }]`;
    return { name: strange, known, isInput: true, ...(isPair ? { hint: `Write a list of objects, such as ${pair}.` } : {}) };
  }
  const [, selected, on] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message) ?? [];
  if (selected) {
    const owner = schema.getType(on!);
    return { name: selected, known: [...fieldsOf(owner), ...fragmentsFor(selected, owner, schema)], owner };
  }
  const [, type] = /^Unknown type "(\w+)"/.exec(message) ?? [];
  if (type) return { name: type, known: Object.keys(schema.getTypeMap()) };
  const [, value, enumName] = /Value "([^"]*)" does not exist in "(\w+)" enum/.exec(message) ?? [];
  const other = enumName ?? /Enum "(\w+)" cannot represent/.exec(message)?.[1];
  const found = other ? getNamedType(schema.getType(other)) : undefined;
  if (isEnumType(found)) return { name: value ?? '', known: found.getValues().map((each) => each.name), ofEnum: true };
  return undefined;
}

/** The fragments by which a field of a union or an interface can be asked for: those on the types that have it, or on any. */
function fragmentsFor(field: string, type: GraphQLNamedType | undefined, schema: GraphQLSchema): string[] {
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const having = possible.filter((each) => field in each.getFields());
  return (having.length ? having : possible).map(({ name }) => `... on ${name}`);
}

/** What a value of a type may be: one of an enum, or any of the type. */
function allowedOf(type: string, schema: GraphQLSchema | undefined): unknown {
  const named = schema?.getType(type.replace(/!$/, ''));
  return isEnumType(named) ? named.getValues().map(({ name }) => name) : `a value of type ${type}`;
}

/** Fields by which an input that requires none identifies a record; the first of these that it has are in the example. */
const identifying = [['qualifiedName'], ['path', 'fileName'], ['process', 'number'], ['name'], ['key'], ['process']];

/** A value of an input type, as it is written in a document or, for a variable, as JSON. */
function exampleOf(type: GraphQLInputType, isJson: boolean, depth = 0): string | undefined {
  const bare = getNullableType(type);
  if (isListType(bare)) return `[${exampleOf(bare.ofType, isJson, depth) ?? '…'}]`;
  if (isEnumType(bare)) return isJson ? JSON.stringify(bare.getValues()[0]!.name) : bare.getValues()[0]!.name;
  if (!isInputObjectType(bare)) return { Int: '1', Float: '1', Boolean: 'true' }[bare.name] ?? '"…"';
  const fields = bare.getFields();
  const required = Object.keys(fields).filter((name) => isRequiredInputField(fields[name]!));
  const names = required.length ? required : identifying.find((way) => way.every((name) => name in fields));
  if (!names || depth > 2) return undefined;
  const written = names.map((name) => `${isJson ? `"${name}"` : name}: ${exampleOf(fields[name]!.type, isJson, depth + 1) ?? '{ … }'}`);
  return `{ ${written.join(', ')} }`;
}

/** A condition that the value alone may stand for, such as `{ eq: "total" }`. */
function conditionOf(type: GraphQLInputObjectType, { message, nodes: [node] = [] }: GraphQLError): string | undefined {
  const { eq } = type.getFields();
  if (!eq) return undefined;
  const [, sent] = /^Variable "\$\w+" got invalid value (.+?)(?: at "[^"]*")?; /s.exec(message) ?? [];
  const text = sent ?? (node ? print(node) : '');
  const [start, end] = sent === undefined ? ['{ eq: ', ' }'] : ['{ "eq": ', ' }'];
  try {
    return text.length < 100 && valueFromAST(parseConstValue(text), eq.type) !== undefined ? start + text + end : undefined;
  } catch {
    return undefined;
  }
}

/** How a value of another type is written as one of this. */
function hintFor(leaf: string, value: unknown): { hint?: string } {
  const text = String(value);
  if (leaf === 'String' && /^[\w.-]{1,60}$/.test(text)) return { hint: `Write it in double quotes: ${JSON.stringify(text)}.` };
  const isWritten = { Int: /^-?\d{1,10}$/, Float: /^-?\d+(\.\d+)?$/, Boolean: /^(true|false)$/ }[leaf]?.test(text);
  const isTooLarge = leaf === 'Int' && Number(text) !== (Number(text) | 0);
  if (typeof value === 'string' && isWritten && !isTooLarge) return { hint: `Write it without quotes: ${text}.` };
  return leaf === 'Boolean' || leaf === 'Int' || leaf === 'Float' ? { hint: `Write ${leaves[leaf]}.` } : {};
}

/** The argument, the value, what is allowed, and the nearest known name, as far as an error of GraphQL's own lets know. */
export function factsOf(error: GraphQLError, schema: GraphQLSchema | undefined): Facts {
  const { message } = error;
  if (message.startsWith('Syntax Error')) return { argument: 'query' };
  const argument = argumentOf(error);
  const facts: Facts = { ...(argument === undefined ? {} : { argument }), ...valueOf(error) };
  const names = schema && namesFor(error, schema);
  const isJson = message.startsWith('Variable ');
  if (names) {
    const { name, known, isInput, ofEnum, owner, hint } = names;
    const isField = isInput || owner;
    const unquoted = !isJson && /non-enum value: "/.test(message) ? ', without quotes' : '';
    const given = isInput ? besides(error) : [];
    const free = known.filter((each) => !given.includes(each));
    const below = owner && fieldBelow(name, owner);
    const now =
      (below?.isLink ? below.field : undefined) ??
      (isField ? likelyName(name, known, given) : renamed(name).find((each) => known.includes(each))) ??
      below?.field;
    const near = now === undefined ? nearest(name, free) : [now];
    // Of the fields of a type, or all types, there are too many to be listed.
    const allowed = isInput || known.length <= 30 ? { allowed: known } : {};
    // The path in a document ends in the name already, that of a variable does not.
    const at = isInput && isJson ? { argument: [argument, name].filter(Boolean).join('.') } : {};
    return {
      ...facts,
      ...at,
      ...(name ? { value: name } : {}),
      ...allowed,
      ...(near.length ? { nearest: near } : {}),
      ...(now === undefined ? {} : { now: below?.field === now ? below.written : now }),
      ...(hint ? { hint } : {}),
      ...(ofEnum && now === undefined && known.length <= 30 ? { hint: `Allowed${unquoted}: ${known.join(', ')}.` } : {}),
    };
  }
  const [, field, required = ''] =
    /Field "(?:\w+\.)?(\w+)" of required type "([^"]+)" was not/.exec(message) ??
    /argument "()\w+" of type "([^"]+)" is required/.exec(message) ??
    [];
  if (required)
    return { ...facts, argument: [argument, field].filter(Boolean).join('.'), value: null, allowed: allowedOf(required, schema) };
  const [, missing] =
    /of required type "([^"]+)" was not provided/.exec(message) ??
    /type "([^"]+)", found null|type "([^"]+)" (?:not to be|must not be) null/.exec(message)?.filter((each) => each !== undefined) ??
    [];
  if (missing) return { ...facts, value: null, allowed: allowedOf(missing, schema) };
  const [, leaf] = /\b(Int|Float|String|Boolean|ID) cannot represent/.exec(message) ?? [];
  if (leaf) return { ...facts, allowed: leaves[leaf], ...hintFor(leaf, facts.value) };
  const [, input] = /Expected (?:value of )?type "\[?(\w+)[^"]*"/.exec(message) ?? [];
  const type = input ? schema?.getType(input) : undefined;
  if (!isInputObjectType(type)) return facts;
  const example = conditionOf(type, error) ?? exampleOf(type, isJson);
  return { ...facts, allowed: fieldsOf(type), ...(example ? { hint: `Write an object, such as ${example}.` } : {}) };
}
