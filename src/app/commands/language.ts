/**
 * Words that the API and its documents do not use, since readers from outside had to read them twice. Code in backticks may have any.
 */
const refused: readonly [RegExp, string][] = [
  [/\btold\b/i, 'identified by, specified, reported'],
  [/\b(some|any)?things?\b/i, 'record, entity, subject, or the name of the type'],
  [/\bwhat became of\b/i, 'result of'],
  [/\bwish(es)?\b/i, 'request'],
  [/\b(whoever|somebody|nobody)\b/i, 'the caller, another client, no client; or the passive'],
  [/\bheard of\b/i, 'heartbeat'],
  [/\bgoes on\b/i, 'is running, continues'],
  [/\bstands? against\b/i, 'violates'],
  [/\bmend(s|ed|ing)?\b/i, 'repair, fix'],
  [/\bforgets?\b/i, 'resets'],
  [/(?<![\w`.$/#@-])[a-z]+[a-z\d]*[A-Z]\w*(?![\w`])/, 'the name in backticks'],
];

/** Names of programs that are written so. */
const names = /\b(macOS|npm|dbt|graphql|iPhone|pgAdmin|eBay|mTLS|pgBouncer)\w*\b/g;

const withoutCode = (text: string) =>
  text
    .replaceAll(/```[\s\S]*?```/g, ' ')
    .replaceAll(/`[^`]*`/g, ' `code` ')
    .replaceAll(/\]\([^)]*\)/g, '] ')
    .replaceAll(/https?:\S+/g, ' ')
    .replaceAll(names, ' ');

/** What a text says in words that are not used here: each with what to say instead. */
export function refusedWords(text: string): string[] {
  const prose = withoutCode(text);
  return refused.flatMap(([pattern, instead]) => {
    const found = pattern.exec(prose);
    return found ? [`"${found[0]}": say ${instead}`] : [];
  });
}
