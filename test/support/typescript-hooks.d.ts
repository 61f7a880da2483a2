export function load(specifier: string): Promise<unknown>;
