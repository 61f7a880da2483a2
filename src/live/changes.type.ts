import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import type { FeedEvent } from '../history/event-feed.js';
import { StatusEvent } from '../history/status-event.entity.js';
import { SubjectKind } from '../history/subject-kind.js';
import { Node, type Row } from '../platform/entity/node.js';
import { LocationRef } from '../location/location-ref.input.js';
import { Name } from '../platform/entity/text.js';
import { ProcessRef } from '../process/process-ref.input.js';
import { RunGroupRef } from '../run/group-ref.input.js';

@ObjectType({ description: 'One change of a state or of links, as a subscription tells of it.' })
export class Change {
  @Field(() => StatusEvent, { description: 'What was changed, from what to what, when, and by whom.' })
  event!: FeedEvent;
  @Field(() => String, {
    description: 'Where the subscription stands behind this change: one that starts again `after` it goes on from here.',
  })
  cursor!: string;
  @Field(() => Node, {
    nullable: true,
    description: 'What was changed, as it is now: later changes may be in it already. Null if it is no longer there.',
  })
  subject!: Row | null;
}

@ArgsType()
export class ChangesArgs {
  @Field(() => [SubjectKind], {
    defaultValue: ['Process', 'Run', 'File'],
    description: 'Only changes of things of these types.',
  })
  kinds!: string[];
  @Field(() => ProcessRef, {
    nullable: true,
    description: 'A process: only changes of it, of its runs, and of files that its runs touched.',
  })
  process?: ProcessRef | null;
  @Field(() => RunGroupRef, {
    nullable: true,
    description: 'A run group: only changes of it, of its runs, and of files that its runs touched.',
  })
  group?: RunGroupRef | null;
  @Field(() => LocationRef, { nullable: true, description: 'A location: only changes of it, and of files there.' })
  location?: LocationRef | null;
  @Field(() => [Name], {
    nullable: true,
    description: 'Only changes of `status` to one of these, such as `failed` or `loaded`. Omit for all changes.',
  })
  statuses?: string[] | null;
  @Field(() => [Name], { nullable: true, description: 'Only changes of these fields, as events call them. Left out: all.' })
  fields?: string[] | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Global id of a process, source or object: only changes of what lies upstream of it. Those are processes and their runs, sources and objects, and files at their locations or touched by those runs. What is upstream follows the links as they change.',
  })
  upstreamOf?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'A cursor of a change or of `changesCursor`: all changes since then come first. Left out: changes from now on.',
  })
  after?: string | null;
}
