import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isRequiredInputField,
  Kind,
  parse,
  print,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type Source,
} from 'graphql';
import { nearest } from '../../platform/nearest.js';
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

/** Documents of errors, parsed once for all errors of one. */
const parsed = new WeakMap<Source, DocumentNode>();

/** Where in the arguments a value of the document stands, as in `input.status`. */
function argumentPath(error: GraphQLError): string | undefined {
  const [node] = error.nodes ?? [];
  const source = node?.loc?.source;
  if (!source) return undefined;
  const document = parsed.get(source) ?? parse(source);
  parsed.set(source, document);
  let path: string | undefined;
  visit(document, {
    enter(found, _key, parent, _path, ancestors) {
      if (path !== undefined || found.kind !== node.kind || found.loc?.start !== node.loc?.start) return;
      const above = [...ancestors, parent, found].filter((each): each is ASTNode => !!each && 'kind' in each);
      const names = above.flatMap((each) => (each.kind === Kind.ARGUMENT || each.kind === Kind.OBJECT_FIELD ? [each.name.value] : []));
      if (names.length) path = names.join('.');
    },
  });
  return path;
}

/** Path of the argument or the variable that GraphQL finds wrong, as in `input.contacts.0.email`. */
function argumentOf(error: GraphQLError): string | undefined {
  const { message, nodes } = error;
  return (
    /^Variable .* at "([^"]+)"/s.exec(message)?.[1]?.replaceAll(/\[(\d+)\]/g, '.$1') ??
    /^(?:Variable "\$|Argument "|Field "[^"]*" argument "|Unknown argument ")(\w+)"/.exec(message)?.[1] ??
    (nodes?.length && nodes[0]!.kind !== Kind.FIELD ? argumentPath(error) : undefined)
  );
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

/** Names among which there is none like that in the request: of arguments, fields, values of an enum, types. */
function namesFor(
  message: string,
  schema: GraphQLSchema,
): { name: string; known: string[]; isInput?: boolean; ofEnum?: boolean } | undefined {
  const [, name = '', field = ''] = /^Unknown argument "(\w+)" on field "([\w.]+)"/.exec(message) ?? [];
  if (name) {
    const [type, own] = field.split('.');
    const owner = schema.getType(type!);
    const args = isObjectType(owner) || isInterfaceType(owner) ? (owner.getFields()[own!]?.args ?? []) : [];
    return { name, known: args.map((each) => each.name), isInput: true };
  }
  const [, strange, of] = /Field "(\w+)" is not defined by type "(\w+)"/.exec(message) ?? [];
  if (strange) return { name: strange, known: fieldsOf(schema.getType(of!)), isInput: true };
  const [, selected, on] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message) ?? [];
  if (selected) return { name: selected, known: fieldsOf(schema.getType(on!)) };
  const [, type] = /^Unknown type "(\w+)"/.exec(message) ?? [];
  if (type) return { name: type, known: Object.keys(schema.getTypeMap()) };
  const [, value, enumName] = /Value "([^"]*)" does not exist in "(\w+)" enum/.exec(message) ?? [];
  const other = enumName ?? /Enum "(\w+)" cannot represent/.exec(message)?.[1];
  const found = other ? getNamedType(schema.getType(other)) : undefined;
  if (isEnumType(found)) return { name: value ?? '', known: found.getValues().map((each) => each.name), ofEnum: true };
  return undefined;
}

/** What a value of a type may be: one of an enum, or any of the type. */
function allowedOf(type: string, schema: GraphQLSchema | undefined): unknown {
  const named = schema?.getType(type.replace(/!$/, ''));
  return isEnumType(named) ? named.getValues().map(({ name }) => name) : `a value of type ${type}`;
}

/** Fields by which an input that requires none identifies a record; the first of these that it has are in the example. */
const identifying = [['qualifiedName'], ['path', 'fileName'], ['name'], ['key'], ['process']];

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

/** The argument, the value, what is allowed, and the nearest known name, as far as an error of GraphQL's own lets know. */
export function factsOf(error: GraphQLError, schema: GraphQLSchema | undefined): Facts {
  const { message } = error;
  if (message.startsWith('Syntax Error')) return { argument: 'query' };
  const argument = argumentOf(error);
  const facts: Facts = { ...(argument === undefined ? {} : { argument }), ...valueOf(error) };
  const names = schema && namesFor(message, schema);
  const isJson = message.startsWith('Variable ');
  if (names) {
    const { name, known, isInput, ofEnum } = names;
    const unquoted = !isJson && /non-enum value: "/.test(message) ? ', without quotes' : '';
    const now = renamed(name).find((each) => known.includes(each));
    const near = now === undefined ? nearest(name, known) : [now];
    // Of the fields of a type, or all types, there are too many to be listed.
    const allowed = isInput || known.length <= 30 ? { allowed: known } : {};
    // The path in a document ends in the name already, that of a variable does not.
    const at = isInput && argument?.split('.').at(-1) !== name ? { argument: [argument, name].filter(Boolean).join('.') } : {};
    return {
      ...facts,
      ...at,
      ...(name ? { value: name } : {}),
      ...allowed,
      ...(near.length ? { nearest: near } : {}),
      ...(now === undefined ? {} : { now }),
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
  if (leaf) return { ...facts, allowed: leaves[leaf] };
  const [, input] = /Expected (?:value of )?type "\[?(\w+)[^"]*"/.exec(message) ?? [];
  const type = input ? schema?.getType(input) : undefined;
  if (!isInputObjectType(type)) return facts;
  const example = exampleOf(type, isJson);
  return { ...facts, allowed: fieldsOf(type), ...(example ? { hint: `Write an object, such as ${example}.` } : {}) };
}
