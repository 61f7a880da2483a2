import { registerEnumType } from 'type-graphql';

/** What ended a walk over a graph before it had met everything. The values are those of our SQL. */
export enum TraversalLimit {
  DEPTH = 'depth',
  NODES = 'nodes',
  TIME = 'time',
}
registerEnumType(TraversalLimit, {
  name: 'TraversalLimit',
  description: 'What ended a walk before it had met everything.',
  valuesConfig: {
    DEPTH: { description: 'The depth that was asked for.' },
    NODES: { description: 'The number of nodes that was asked for.' },
    TIME: { description: 'The time that a walk may take.' },
  },
});
