/**
 * The path of the first argument for which `isIt` holds, such as `input.sources.0.name`, depth first; undefined where it holds for none. For errors
 * of the store, which knows a value but not where the request has it.
 */
export function pathToValue(
  args: unknown,
  isIt: (value: unknown, path: readonly string[]) => boolean,
  path: readonly string[] = [],
): string | undefined {
  if (typeof args !== 'object' || args === null) return isIt(args, path) ? path.join('.') : undefined;
  for (const [name, each] of Object.entries(args)) {
    const found = pathToValue(each, isIt, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
