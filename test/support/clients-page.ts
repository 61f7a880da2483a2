import { readFileSync } from 'node:fs';

/** The blocks of code in docs/clients.md, by the names that comments above them give. */
export function blocksOfClientsPage(): Map<string, string> {
  const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/<!-- (.+) -->\n\n```\w+\n([^]*?)```/g)];
  if (named.length !== page.split('```').length >> 1) throw new Error('A block of docs/clients.md has no name, so that no test runs it.');
  return new Map(named.map(([, name, text]) => [name!, text!]));
}
