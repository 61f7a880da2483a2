import type { Row } from '../entity/node.js';

/** A row that stands for an interface or union carries the name of its type. */
export const stamped = <R extends Row | null>(row: R, typename: string): R => {
  if (row) row.__typename = typename;
  return row;
};
