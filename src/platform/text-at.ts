/** The text that an object has under a name which its type does not tell, such as an argument whose name is made at run time. */
export function textAt(object: unknown, name: string): string | null | undefined {
  const value: unknown = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
  return typeof value === 'string' ? value : value === null ? null : undefined;
}

/** What is thrown may be anything; mostly it is an error, and those of drivers and of Node have a code. */
export const codeOf = (error: unknown): string | undefined => textAt(error, 'code') ?? undefined;
export const messageOf = (error: unknown): string => textAt(error, 'message') ?? String(error);

// Not `instanceof`: Node's own errors are of another realm where tests run.
const isError = (error: unknown): error is Error => typeof textAt(error, 'message') === 'string';
export const asError = (error: unknown): Error => (isError(error) ? error : new Error(String(error)));
