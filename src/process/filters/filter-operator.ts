/** ProcessTracker's code for patterns, which the API calls by another word. */
const pattern = { code: 'lke', word: 'contains' };

/** The operator of a filter, by the code of its filter type. */
export const operatorOf = (code: string): string => (code === pattern.code ? pattern.word : code);

/** The code of the filter type of an operator; undefined for a code that the API has another word for. */
export const filterCodeOf = (operator: string): string | undefined =>
  operator === pattern.word ? pattern.code : operator === pattern.code ? undefined : operator;

export const operatorsDoc =
  '`eq`, `lt`, `gt`, `lte`, `gte`, `not`, `contains`, `in`, or the code of another filter type. `contains` takes a pattern of SQL `like`';
