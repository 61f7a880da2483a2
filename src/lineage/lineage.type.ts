import { ArgsType, createUnionType, Extensions, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Row } from '../platform/entity/node.js';
import { defaultNodes, maxNodes } from '../platform/read/traversal.js';
import { TraversalLimit } from '../platform/read/traversal-limit.js';
import { Process } from '../process/process.entity.js';
import { SourceObject } from '../source/source-object.entity.js';
import { Source } from '../source/source.entity.js';

export enum LineageDirection {
  UPSTREAM = 'UPSTREAM',
  DOWNSTREAM = 'DOWNSTREAM',
  BOTH = 'BOTH',
}
registerEnumType(LineageDirection, {
  name: 'LineageDirection',
  description: 'Direction of a lineage traversal.',
  valuesConfig: {
    UPSTREAM: { description: 'Against the flow of data, to its origins.' },
    DOWNSTREAM: { description: 'With the flow of data, to what is derived.' },
    BOTH: {
      description: 'Both directions from the roots. Other records derived from the same origins are not included.',
    },
  },
});

export enum LineageGranularity {
  SOURCE = 'SOURCE',
  OBJECT = 'OBJECT',
}
registerEnumType(LineageGranularity, {
  name: 'LineageGranularity',
  description: 'Granularity of a lineage traversal.',
  valuesConfig: {
    SOURCE: { description: 'Sources and the processes between them. An object as root means its source.' },
    OBJECT: {
      description:
        'Objects and the processes between them. A source is a node where a process names no object of it on that side. A source as root means itself and all its objects.',
    },
  },
});

export const maxRoots = 100;

@ArgsType()
export class LineageArgs {
  @Field(() => LineageDirection, { defaultValue: LineageDirection.UPSTREAM, description: 'Direction of the traversal.' })
  direction!: LineageDirection;

  @Field(() => LineageGranularity, { defaultValue: LineageGranularity.OBJECT, description: 'Granularity of the nodes.' })
  granularity!: LineageGranularity;

  @Field(() => Int, {
    nullable: true,
    description: 'Largest distance from the roots; omit for no limit. One step leads from data to a process or from a process to data.',
  })
  depth?: number | null;

  @Field(() => Int, {
    defaultValue: defaultNodes,
    description: `Largest number of nodes in the answer, the nearest first: 1 to ${maxNodes}.`,
  })
  maxNodes!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Continues a truncated answer: its `endCursor`, with the same roots, direction and granularity.',
  })
  after?: string | null;
}

const LineageSubject = createUnionType({
  name: 'LineageSubject',
  description: 'A record in a lineage graph.',
  types: () => [Process, Source, SourceObject] as const,
  resolveType: (row: Row) => row.__typename,
});

@ObjectType({ description: 'A node of a lineage graph.' })
export class LineageNode {
  @Field(() => ID, { description: 'Global id of `subject`, as edges name their ends.' }) subjectId!: string;
  @Field(() => Int, { description: 'Number of steps from the nearest root by the shortest path; 0 for a root.' }) distance!: number;
  @Field(() => LineageSubject, {
    nullable: true,
    description: 'The process, source or object; null if it was deleted while the answer was computed.',
  })
  subject!: Row<Process> | Row<Source> | Row<SourceObject> | null;
}

@ObjectType({
  description: 'An edge of a lineage graph. It leads from data to a process that reads it, or from a process to data that it writes.',
})
export class LineageEdge {
  @Field(() => ID, { description: 'The `subjectId` of the node from which the data flows.' }) from!: string;
  @Field(() => ID, { description: 'The `subjectId` of the node to which the data flows.' }) to!: string;
}

@ObjectType({ description: 'Answer of a lineage traversal, complete or truncated.' })
export class Lineage {
  @Extensions({ longList: true })
  @Field(() => [LineageNode], { description: 'The nodes, roots included, ordered by distance.' })
  nodes!: LineageNode[];
  @Extensions({ longList: true })
  @Field(() => [LineageEdge], {
    description: 'The edges between the nodes of this answer. A continued answer includes the edges to nodes of earlier answers.',
  })
  edges!: LineageEdge[];
  @Field(() => Boolean, { description: 'Whether all nodes in that direction are in this answer or in earlier ones.' })
  complete!: boolean;
  @Field(() => TraversalLimit, { nullable: true, description: 'The limit that truncated the answer; null if it is complete.' })
  truncatedBy!: TraversalLimit | null;
  @Field(() => Int, { description: 'Number of visited nodes, including those of earlier answers.' })
  visitedNodes!: number;
  @Field(() => Int, {
    description:
      'Number of nodes at the frontier of a truncated answer that were visited but not followed; 0 if it is complete. With `truncatedBy` NODES they are not in the answer.',
  })
  frontier!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor to continue with as `after`; null if the answer is complete or truncated by depth.',
  })
  endCursor!: string | null;
}
