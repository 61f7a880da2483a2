import { suggestionList } from 'graphql/jsutils/suggestionList.js';

/** How many names an error offers. */
const most = 3;

/** The known names that a misspelt one may stand for, the likeliest first; letter case counts as one slip. */
export const nearest = (name: string, known: readonly string[]): string[] =>
  suggestionList(name, known)
    .filter((each) => each !== name)
    .slice(0, most);
