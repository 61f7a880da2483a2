/** The text that an object has under a name which its type does not tell: an argument made at run time, the `code` of a driver's error. */
export function textAt(object: unknown, name: string): string | null | undefined {
  const value: unknown = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
  return typeof value === 'string' ? value : value === null ? null : undefined;
}
