import { invalid } from '../errors.js';

/** One part of a qualified name, and what follows it. A part with a dot or a quote in it stands in double quotes, a quote in those twice. */
const part = /(?:"((?:[^"]|"")+)"|([^".][^.]*))(\.|$)/y;

/** A name of several parts, from the outside in, as `partsOf` reads it. */
export const qualified = (parts: readonly string[]): string =>
  parts.map((each) => (/[."]/.test(each) ? `"${each.replaceAll('"', '""')}"` : each)).join('.');

/**
 * The parts of a name such as `warehouse.orders.total`, from the outside in.
 * @throws INVALID naming the argument, where it has not as many parts as `names`
 */
export function partsOf(qualifiedName: string, names: readonly string[], argument: string): string[] {
  const parts: string[] = [];
  part.lastIndex = 0;
  for (let end = '.'; end === '.';) {
    const found = part.exec(qualifiedName);
    if (!found) break;
    const [, quoted, plain] = found;
    parts.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    end = found[3]!;
    if (end === '' && parts.length === names.length) return parts;
  }
  throw invalid(`${argument} must have ${names.length} names joined by dots, and is ${JSON.stringify(qualifiedName)}.`, {
    argument,
    value: qualifiedName,
    allowed: `${names.join('.')}; a name with a dot in it stands in double quotes`,
  });
}
