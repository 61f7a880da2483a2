import { registerEnumType } from 'type-graphql';

/** What ended a walk over a graph before it had met everything. The values are those of our SQL. */
export enum TraversalLimit {
  DEPTH = 'depth',
  NODES = 'nodes',
  TIME = 'time',
}
registerEnumType(TraversalLimit, {
  name: 'TraversalLimit',
  description: 'Limit that ended a traversal before it was complete.',
  valuesConfig: {
    DEPTH: { description: 'The requested `depth`.' },
    NODES: { description: 'The requested `maxNodes`.' },
    TIME: { description: 'The time limit of a traversal, 5 seconds.' },
  },
});
