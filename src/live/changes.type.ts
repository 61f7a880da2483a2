import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import type { FeedEvent } from '../history/event-feed.js';
import { StatusEvent } from '../history/status-event.entity.js';
import { SubjectKind } from '../history/subject-kind.js';
import { Node, type Row } from '../platform/entity/node.js';
import { LocationRef } from '../location/location-ref.input.js';
import { Name } from '../platform/entity/text.js';
import { ProcessRef } from '../process/process-ref.input.js';
import { RunGroupRef } from '../run/group-ref.input.js';

@ObjectType({ description: 'Change of a value or of links of a record, as delivered by a subscription.' })
export class Change {
  @Field(() => StatusEvent, { description: 'The change: field, old and new value, time and actor.' })
  event!: FeedEvent;
  @Field(() => String, {
    description: 'Cursor of this change: a new subscription `after` it continues from here.',
  })
  cursor!: string;
  @Field(() => Node, {
    nullable: true,
    description: 'The changed record in its present state, which may include later changes; null if it was deleted.',
  })
  subject!: Row | null;
}

@ArgsType()
export class ChangesArgs {
  @Field(() => [SubjectKind], {
    defaultValue: ['Process', 'Run', 'File'],
    description: 'Only changes of records of these types.',
  })
  kinds!: string[];
  @Field(() => ProcessRef, {
    nullable: true,
    description: 'Only changes of this process, of its runs, and of files that its runs touched.',
  })
  process?: ProcessRef | null;
  @Field(() => RunGroupRef, {
    nullable: true,
    description: 'Only changes of this run group, of its runs, and of files that its runs touched.',
  })
  group?: RunGroupRef | null;
  @Field(() => LocationRef, { nullable: true, description: 'Only changes of this location, and of files there.' })
  location?: LocationRef | null;
  @Field(() => [Name], {
    nullable: true,
    description: 'Only changes of `status` to one of these, such as `failed` or `loaded`. Omit for all changes.',
  })
  statuses?: string[] | null;
  @Field(() => [Name], { nullable: true, description: 'Only changes of these fields, as in `StatusEvent.field`. Omit for all.' })
  fields?: string[] | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Only changes upstream of the process, source or object with this global id. These are changes of processes and their runs, sources and objects, and files at their locations or touched by those runs. The set follows the links as they change.',
  })
  upstreamOf?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor of a change or of `changesCursor`: all changes since then are delivered first. Default: changes from now on.',
  })
  after?: string | null;
}
