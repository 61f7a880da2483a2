import {
  doTypesOverlap,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** Where decisions come from: a number from 0 to `max`. */
export type Decide = (max: number) => number;

/** The same decisions for the same seed (Mulberry32). */
export function decisions(seed: number): Decide {
  let state = seed | 0;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % (max + 1);
  };
}

export interface RandomRequest {
  query: string;
  operationName?: string;
  /** Several sets, all for the same operation. */
  variables: Record<string, unknown>[];
}

/** Values that find rows in the store: names, and ids of rows of each type. */
export interface Pool {
  names: readonly string[];
  ids: readonly string[];
}

interface Variable {
  name: string;
  type: GraphQLInputType;
  declared: string;
}

interface Fragment {
  name: string;
  on: GraphQLCompositeType;
  text: string;
}

/** They answer where the log of changes and the sequences of numbers stand. */
const followStore = new Set(['changesCursor', 'canStart']);
const oddKeys = ['a', 'b', 'a_b', 'b_a', 'idx0', 'constructor', '__proto__', 'Process', 'nodes_name', 'toString', '_', '__x'];
const unions = ['contacts', 'contact', 'datasetTypes', 'datasetType', 'node', 'location', 'locations', 'lineage', 'history'];
const known = ['process', 'processes', 'sources', 'source', 'sourceObjects', 'runs', 'run', 'files', 'file', 'runGroups'];

/** Sets of arguments by which one row is chosen: others are refused. */
const oneOf: Record<string, string[][]> = {
  process: [['name'], ['databaseId'], ['namespace', 'job']],
  run: [['id'], ['databaseId'], ['name'], ['process', 'number']],
  file: [['id'], ['databaseId'], ['location', 'fileName'], ['path', 'fileName']],
  location: [['name'], ['path'], ['databaseId']],
  source: [['name'], ['databaseId']],
  sourceObject: [['source', 'name'], ['databaseId']],
  history: [['subject'], ['kind', 'databaseId']],
};

const overlaps = new Map<GraphQLCompositeType, GraphQLCompositeType[]>();

function overlapping(schema: GraphQLSchema, on: GraphQLCompositeType): GraphQLCompositeType[] {
  let types = overlaps.get(on);
  if (!types) {
    types = Object.values(schema.getTypeMap())
      .filter(isCompositeType)
      .filter((type) => doTypesOverlap(schema, type, on));
    overlaps.set(on, types);
  }
  return types;
}

/** Makes a document over the schema that is valid, mostly, with several sets of variables for it. */
export function randomRequest(schema: GraphQLSchema, pool: Pool, decide: Decide): RandomRequest {
  const flagType = schema.getDirective('skip')!.args[0]!.type;
  const query = schema.getQueryType()!;
  const chance = (percent: number) => decide(99) < percent;
  const pick = <T>(from: readonly T[]): T => from[decide(from.length - 1)]!;
  const fragments: Fragment[] = [];
  const variables: Variable[] = [];
  const used = new Map<string, string>();
  let count = 0;

  const scalarText: Record<string, () => unknown> = {
    Int: () => (chance(97) ? 1 + decide(4) : pick([0, -1, 501, 2147483647])),
    Float: () => decide(10) / 4,
    Boolean: () => chance(50),
    ID: () => (chance(97) ? pick(pool.ids) : pick(['', 'nonsense', 'UHJvY2Vzczo5OTk='])),
    Name: () => pick(pool.names),
    LongText: () => (chance(60) ? pick(pool.names) : pick(['', 'process', 'a', '%', '$', '"quoted" \\ \n'])),
    String: () => (chance(50) ? pick(['Process', 'Source', 'File']) : pick(pool.names)),
    DateTime: () => pick(['2020-01-01T00:00:00Z', '2020-01-02T12:30:00.123456+02:00', '2019-12-31T23:59:59Z']),
    BigInt: () => (chance(50) ? decide(2000) : '1500'),
    Decimal: () => (chance(50) ? decide(3) : '1.5'),
    JSON: () => ({ some: ['json', 1] }),
  };
  const wrong = (): unknown => pick([5, 1.5, 'nonsense', '  ', ['x'], [[]], { a: 1 }, true, null, 'a\0b']);

  /** A value as a variable holds it. */
  const valueOf = (type: GraphQLInputType, depth = 0): unknown => {
    if (chance(1)) return wrong();
    if (isNonNullType(type)) return valueOf(type.ofType, depth);
    if (chance(3)) return null;
    if (isListType(type))
      return chance(90)
        ? Array.from({ length: decide(19) ? 1 + decide(1) : 0 }, () => valueOf(type.ofType, depth + 1))
        : valueOf(type.ofType, depth);
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (!isInputObjectType(type)) return scalarText[type.name]?.() ?? 'text';
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isRequiredInputField(field) || (depth < 3 && chance(Math.min(60, 120 / Object.keys(type.getFields()).length))))
        .map((field) => [field.name, valueOf(field.type, depth + 1)]),
    );
  };

  /** The same as a literal without variables, such as a default. */
  const print = (type: GraphQLInputType, value: unknown): string => {
    const named = getNamedType(type);
    if (Array.isArray(value)) return `[${value.map((each) => print(type, each)).join(', ')}]`;
    if (value === null || typeof value !== 'object') return isEnumType(named) && typeof value === 'string' ? value : JSON.stringify(value);
    const fields = isInputObjectType(named) ? named.getFields() : {};
    return `{${Object.entries(value)
      .map(([name, each]) => `${name}: ${print(fields[name]?.type ?? type, each)}`)
      .join(', ')}}`;
  };

  const variableFor = (type: GraphQLInputType, hasDefault: boolean): string => {
    const fitting = variables.filter((each) => String(each.type) === String(type));
    if (fitting.length && chance(60)) return `$${pick(fitting).name}`;
    const name = `v${variables.length}`;
    const nullable = getNullableType(type);
    const required = isNonNullType(type);
    // With a default, or where the place has one, the variable may be nullable.
    const withDefault = chance(30);
    const bang = required ? !(withDefault || (hasDefault && chance(50))) : chance(10);
    const declared = `${String(nullable)}${bang ? '!' : ''}${withDefault ? ` = ${print(nullable, defaultOf(nullable))}` : ''}`;
    variables.push({ name, type, declared });
    return `$${name}`;
  };
  const defaultOf = (type: GraphQLInputType): unknown => {
    if (isListType(type)) return [defaultOf(getNullableType(type.ofType))];
    return isInputObjectType(type)
      ? {}
      : isEnumType(type)
        ? type.getValues()[0]!.name
        : (scalarText[(type as { name: string }).name]?.() ?? null);
  };

  /** A value in the document, with variables inside. */
  const literal = (type: GraphQLInputType, hasDefault: boolean, depth = 0): string => {
    if (chance(depth ? 40 : 30)) return variableFor(type, hasDefault);
    if (isNonNullType(type)) return literal(type.ofType, false, depth + 1).replace(/^null$/, print(type.ofType, defaultOf(type.ofType)));
    if (chance(4)) return 'null';
    if (isListType(type)) {
      if (chance(10)) return literal(type.ofType, false, depth + 1);
      return `[${Array.from({ length: 1 + decide(1) }, () => literal(type.ofType, false, depth + 1)).join(', ')}]`;
    }
    if (!isInputObjectType(type))
      return print(type, isEnumType(type) ? pick(type.getValues()).name : (scalarText[type.name]?.() ?? 'text'));
    const fields = Object.values(type.getFields());
    const chosen = fields.filter((field) => isRequiredInputField(field) || (depth < 4 && chance(Math.min(60, 200 / fields.length))));
    return `{${chosen.map((field) => `${field.name}: ${literal(field.type, field.defaultValue !== undefined, depth + 1)}`).join(', ')}}`;
  };

  const argumentsOf = ({ args, name }: GraphQLField<unknown, unknown>): string => {
    const exactly = args.some((argument) => isRequiredArgument(argument)) || chance(5) ? undefined : pick(oneOf[name] ?? [[]]);
    const wanted = (argument: GraphQLArgument) => {
      if (isRequiredArgument(argument)) return true;
      if (argument.name === 'first') return chance(90);
      if (['after', 'before', 'last'].includes(argument.name)) return chance(1);
      if (exactly?.length) return exactly.includes(argument.name) || (name === 'history' && argument.name === 'fields' && chance(20));
      return chance(args.length > 4 ? 20 : 45);
    };
    const texts = args.filter(wanted).map((argument) => `${argument.name}: ${literal(argument.type, argument.defaultValue !== undefined)}`);
    return texts.length ? `(${texts.join(', ')})` : '';
  };

  const flag = (): string => {
    const one = () => `@${pick(['skip', 'include'])}(if: ${chance(40) ? String(chance(50)) : variableFor(flagType, false)})`;
    if (!chance(22)) return '';
    const [first, second] = [one(), one()];
    return ` ${first}${chance(15) && first.slice(0, 5) !== second.slice(0, 5) ? ` ${second}` : ''}`;
  };

  const fieldOf = (on: GraphQLCompositeType, depth: number): string | undefined => {
    if (isUnionType(on) || chance(6)) return `${chance(15) ? `t${++count}: ` : ''}__typename${flag()}`;
    const fields = Object.values(on.getFields()).filter((each) => !followStore.has(each.name));
    const isRoot = on === schema.getQueryType();
    const leaves = fields.filter((each) => isLeafType(getNamedType(each.type)));
    const rootNames = chance(30) ? unions : known;
    const choice =
      isRoot && chance(85) ? fields.filter((each) => rootNames.includes(each.name)) : depth <= 0 || chance(35) ? leaves : fields;
    if (!choice.length) return undefined;
    const field = pick(choice);
    const type = getNamedType(field.type);
    // One key with other arguments, or with another type, is refused; so it gets another key, mostly.
    const written = argumentsOf(field);
    const meaning = `${field.name}${written} ${String(field.type)}`;
    let key = chance(2) ? pick(oddKeys) : chance(15) ? `${field.name}${chance(50) ? '_' : ''}${++count}` : field.name;
    if (!chance(2)) while (used.has(key) && used.get(key) !== meaning) key = `${field.name}${++count}`;
    used.set(key, meaning);
    const below = isCompositeType(type) ? ` ${selection(type, depth - 1)}` : '';
    return `${key === field.name ? '' : `${key}: `}${field.name}${written}${flag()}${below}`;
  };

  const fragmentOf = (on: GraphQLCompositeType, depth: number): string => {
    const types = overlapping(schema, on);
    const ready = fragments.filter((each) => types.includes(each.on));
    if (ready.length && chance(50)) return `...${pick(ready).name}${flag()}`;
    const type = isAbstractType(on) || chance(30) ? pick(types) : on;
    if (chance(50))
      return `...${chance(80) ? ` on ${type.name}` : ''}${flag()} ${selection(chance(80) ? type : on, depth)}`.replace(
        /^\.\.\.( on \w+)?/,
        (text, named: string | undefined) => (named ? text : '...'),
      );
    const text = selection(type, depth);
    const name = `f${fragments.length}`;
    fragments.push({ name, on: type, text });
    return `...${name}${flag()}`;
  };

  const selection = (on: GraphQLCompositeType, depth: number): string => {
    const parts = Array.from({ length: 1 + decide(on === query ? 1 : 3) }, () =>
      depth > 0 && chance(isAbstractType(on) ? 70 : 25) ? fragmentOf(on, depth - 1) : fieldOf(on, depth),
    ).filter((each) => each !== undefined);
    return `{ ${parts.length ? parts.join(' ') : '__typename'} }`;
  };

  const bodies = Array.from({ length: chance(12) ? 2 : 1 }, () => selection(query, 1 + decide(4)));
  const texts = new Map(fragments.map((each) => [each.name, each.text]));
  const reach = (text: string, seen = new Set<string>()): string => {
    for (const [, name] of text.matchAll(/\.\.\.(f\d+)/g))
      if (!seen.has(name!)) {
        seen.add(name!);
        text += reach(texts.get(name!)!, seen);
      }
    return text;
  };
  const names = ['A', 'B'];
  const usedBy = bodies.map((body) => {
    const names = new Set([...reach(body).matchAll(/\$(v\d+)/g)].map(([, name]) => name));
    return variables.filter((each) => names.has(each.name));
  });
  const operations = bodies.map((body, i) => {
    const declared = usedBy[i]!.map((each) => `$${each.name}: ${each.declared}`).join(', ');
    return `query ${bodies.length > 1 ? names[i] : ''}${declared && `(${declared})`} ${body}`;
  });
  const chosen = decide(bodies.length - 1);
  return {
    query: [...operations, ...fragments.map(({ name, on, text }) => `fragment ${name} on ${on.name} ${text}`)].join('\n'),
    ...(bodies.length > 1 ? { operationName: names[chosen]! } : {}),
    variables: Array.from({ length: usedBy[chosen]!.length ? 2 : 1 }, () =>
      Object.fromEntries(
        usedBy[chosen]!.filter(({ declared }) => !chance(declared.endsWith('!') ? 3 : 30)).map(({ name, type }) => [name, valueOf(type)]),
      ),
    ),
  };
}
