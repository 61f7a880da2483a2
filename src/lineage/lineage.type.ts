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
  description: 'Which way a lineage walk goes.',
  valuesConfig: {
    UPSTREAM: { description: 'Against the flow of data: where does this come from.' },
    DOWNSTREAM: { description: 'With the flow of data: what is made of this.' },
    BOTH: {
      description:
        'Both ways from the roots: all that is upstream and all that is downstream of them (not what else comes from the same origin).',
    },
  },
});

export enum LineageGranularity {
  SOURCE = 'SOURCE',
  OBJECT = 'OBJECT',
}
registerEnumType(LineageGranularity, {
  name: 'LineageGranularity',
  description: 'How fine a lineage walk looks.',
  valuesConfig: {
    SOURCE: { description: 'Sources and the processes between them. An object as root stands for its source.' },
    OBJECT: {
      description:
        'Objects and the processes between them. A source is a node where a process names no object of it on that side. A source as root stands for itself and all its objects.',
    },
  },
});

export const maxRoots = 100;

@ArgsType()
export class LineageArgs {
  @Field(() => LineageDirection, { defaultValue: LineageDirection.UPSTREAM, description: 'Which way to go.' })
  direction!: LineageDirection;

  @Field(() => LineageGranularity, { defaultValue: LineageGranularity.OBJECT, description: 'How fine to look.' })
  granularity!: LineageGranularity;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many steps to go at most; a step leads from data to a process or from a process to data. Left out: as far as it goes.',
  })
  depth?: number | null;

  @Field(() => Int, { defaultValue: defaultNodes, description: `How many nodes to answer at most, the nearest first: 1 to ${maxNodes}.` })
  maxNodes!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Goes on behind an answer that was truncated: its `endCursor`, with the same roots, direction and granularity.',
  })
  after?: string | null;
}

const LineageSubject = createUnionType({
  name: 'LineageSubject',
  description: 'What can stand in a lineage graph.',
  types: () => [Process, Source, SourceObject] as const,
  resolveType: (row: Row) => row.__typename,
});

@ObjectType({ description: 'Something that a lineage walk met.' })
export class LineageNode {
  @Field(() => ID, { description: 'Global id of `subject`, as edges name their ends.' }) subjectId!: string;
  @Field(() => Int, { description: 'Steps from the nearest root, by the shortest way; a root is at 0.' }) distance!: number;
  @Field(() => LineageSubject, {
    nullable: true,
    description: 'The process, source or object itself; null if it was deleted while the answer was made.',
  })
  subject!: Row<Process> | Row<Source> | Row<SourceObject> | null;
}

@ObjectType({ description: 'A step of the data: from what a process reads to the process, or from the process to what it writes.' })
export class LineageEdge {
  @Field(() => ID, { description: 'Where the data comes from: the id of a node.' }) from!: string;
  @Field(() => ID, { description: 'Where the data goes to: the id of a node.' }) to!: string;
}

@ObjectType({ description: 'The answer of a lineage walk, which says itself whether it is complete.' })
export class Lineage {
  @Extensions({ longList: true })
  @Field(() => [LineageNode], { description: 'What was met, the roots included, ordered by distance.' })
  nodes!: LineageNode[];
  @Extensions({ longList: true })
  @Field(() => [LineageEdge], {
    description:
      'The edges between the nodes of this answer; of an answer that goes on behind another, those to the nodes before it as well.',
  })
  edges!: LineageEdge[];
  @Field(() => Boolean, { description: 'Whether everything in that direction is in the answer (or in those before it).' })
  complete!: boolean;
  @Field(() => TraversalLimit, { nullable: true, description: 'What truncated the answer; null if it is complete.' })
  truncatedBy!: TraversalLimit | null;
  @Field(() => Int, { description: 'How many nodes the walk has met so far, those of the answers before this one included.' })
  visitedNodes!: number;
  @Field(() => Int, {
    description:
      'How many nodes at the rim of an answer that was truncated were met, but not followed (or, where `truncatedBy` is NODES, not answered); 0 if it is complete.',
  })
  frontier!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor to go on with as `after`; null if the answer is complete, or truncated by depth.',
  })
  endCursor!: string | null;
}
