import { Kind, parse, visit, type ASTNode, type DocumentNode, type GraphQLError, type Source } from 'graphql';

/** Documents of errors, parsed once for all errors of one. */
const parsed = new WeakMap<Source, DocumentNode>();

function documentOf({ loc }: ASTNode): DocumentNode | undefined {
  const source = loc?.source;
  if (!source) return undefined;
  const document = parsed.get(source) ?? parse(source);
  parsed.set(source, document);
  return document;
}

/** The path of the first node of a document that is the one looked for, and stands in an argument: names of arguments and fields, places in lists. */
function pathOf(document: DocumentNode, isIt: (node: ASTNode) => boolean): string | undefined {
  let found: string[] = [];
  visit(document, {
    enter(node, _key, parent, path, ancestors) {
      if (found.length || !isIt(node)) return;
      const names: string[] = [];
      for (const [i, each] of [...ancestors.slice(1), parent, node].entries()) {
        if (path[i - 1] === 'values' && names.length) names.push(String(path[i]));
        if (each && 'kind' in each && (each.kind === Kind.ARGUMENT || each.kind === Kind.OBJECT_FIELD)) names.push(each.name.value);
      }
      found = names;
    },
  });
  return found.join('.') || undefined;
}

/** Where in the arguments a value of the document stands, as in `input.processes.1.name`. */
function placeOf(node: ASTNode): string | undefined {
  const document = documentOf(node);
  return document && pathOf(document, ({ kind, loc }) => kind === node.kind && loc?.start === node.loc?.start);
}

/** The node that a node of the document is part of. */
export function nodeAbove(node: ASTNode): ASTNode | undefined {
  const document = documentOf(node);
  let above: ASTNode | undefined;
  if (document)
    visit(document, {
      enter(found, _key, parent, _path, ancestors) {
        if (found.kind === node.kind && found.loc?.start === node.loc?.start)
          above ??= [...ancestors, parent].findLast((each): each is ASTNode => !!each && 'kind' in each);
      },
    });
  return above;
}

/** Where in the arguments a variable is used first; a caller who sends none in an argument gets its name. */
function placeOfVariable(name: string, nodes: readonly ASTNode[]): string {
  const used = nodes.find(({ kind }) => kind === Kind.VARIABLE);
  const document = nodes[0] && documentOf(nodes[0]);
  return (
    (used && placeOf(used)) ?? (document && pathOf(document, (node) => node.kind === Kind.VARIABLE && node.name.value === name)) ?? name
  );
}

/** Path of the argument that GraphQL finds wrong, as in `input.contacts.0.email`, whether the document or a variable has its value. */
export function argumentOf({ message, nodes = [] }: GraphQLError): string | undefined {
  const [, variable] = /^Variable "\$(\w+)"/.exec(message) ?? [];
  if (variable) {
    const [, below = ''] = /^Variable "\$\w+" got invalid value .* at "\w+([^"]*)"; /s.exec(message) ?? [];
    return placeOfVariable(variable, nodes) + below.replaceAll(/\[(\d+)\]/g, '.$1');
  }
  return (
    /^(?:Argument "|Field "[^"]*" argument "|Unknown argument ")(\w+)"/.exec(message)?.[1] ??
    (nodes.length && nodes[0]!.kind !== Kind.FIELD ? placeOf(nodes[0]!) : undefined)
  );
}
