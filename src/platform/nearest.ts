import { suggestionList } from 'graphql/jsutils/suggestionList.js';

/** How many names an error offers. */
const most = 3;

/** A name of so many characters is near to every other one. */
const short = 2;

const folded = (name: string) => name.replaceAll(/\s/g, '').toLowerCase();

/**
 * The known names that a misspelt one may stand for, the likeliest first; letter case counts as one slip. For a short one only those that differ in
 * case and blanks alone.
 */
export const nearest = (name: string, known: readonly string[]): string[] =>
  (folded(name).length > short ? suggestionList(name, known) : known.filter((each) => folded(each) === folded(name)))
    .filter((each) => each !== name)
    .slice(0, most);
