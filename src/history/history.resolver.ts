import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';
import { Args, ArgsType, Ctx, Field, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { connectionOf } from '../platform/read/connections.js';
import type { Context } from '../platform/read/context.js';
import { decodeCursor } from '../platform/read/cursors.js';
import { invalid } from '../platform/errors.js';
import { decodeId } from '../platform/entity/ids.js';
import { given } from '../platform/checks.js';
import type { Where } from '../platform/read/filter-sql.js';
import { filterByChoice, filterByValue, WhereField } from '../platform/read/filters.js';
import { Audited, type Row } from '../platform/entity/node.js';
import { orderInputOf, type OrderBy } from '../platform/read/ordering.js';
import { checkOneWay } from '../platform/read/one-way.js';
import { page, PageArgs, type ListSource, type Page } from '../platform/read/paging.js';
import { entityNamed, visibleSql } from '../platform/entity/rows.js';
import { textsSql, type Condition } from '../platform/read/values.js';
import { linkFields } from './link-fields.js';
import { EventOrigin, StatusEvent } from './status-event.entity.js';
import { SubjectKind } from './subject-kind.js';

const visible = `true${visibleSql(StatusEvent)}`;

const EventOrder = orderInputOf('StatusEvent', { AT: 'at' });

@ArgsType()
class HistoryArgs extends PageArgs {
  @Field(() => EventOrder, {
    nullable: true,
    description:
      'Order of the list, default newest first. Events of one instant are in the order of their recording. Cursors belong to one order.',
  })
  orderBy?: OrderBy | null;
  @WhereField(StatusEvent)
  where?: Where | null;
}

@ArgsType()
class SubjectArgs extends HistoryArgs {
  @Field(() => ID, { nullable: true, description: 'Global id of the subject, which may be deleted. Omit for all subjects.' }) subject?:
    string | null;
  @Field(() => SubjectKind, { nullable: true, description: 'Type of the subject, together with `databaseId` and instead of `subject`.' })
  kind?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: "ProcessTracker's number of the subject, together with `kind` and instead of `subject`.",
  })
  databaseId?: number | null;
}

// Of one subject by their numbers, which have an index and are the order of their times there; of all subjects by time.
const lists: Record<OrderBy['direction'], ListSource> = {
  DESC: { name: 'StatusEvent.newest', entity: StatusEvent, parent: 't.subject_id', order: ['id'], descending: true },
  ASC: { name: 'StatusEvent.oldest', entity: StatusEvent, parent: 't.subject_id', order: ['id'] },
};
const ofAll: Record<OrderBy['direction'], ListSource> = {
  DESC: { name: 'StatusEvent.newest of all', entity: StatusEvent, where: visible, order: ['at', 'id'], descending: true },
  ASC: { name: 'StatusEvent.oldest of all', entity: StatusEvent, where: visible, order: ['at', 'id'] },
};
const connection = connectionOf(StatusEvent);

filterByValue(StatusEvent, 'field', { type: String, sql: 't.field', cast: 'text' });
// Other clients may write what they like: all of it is SQL.
const known = textsSql(Object.values(EventOrigin));
filterByChoice(StatusEvent, 'origin', EventOrigin, (chosen) =>
  [`t.origin in (${textsSql(chosen)})`, ...(chosen.includes(EventOrigin.SQL) ? [`t.origin not in (${known})`] : [])].join(' or '),
);

/** The number in a cursor, which the list compares as 64 bits. @throws INVALID */
function checkPlace(list: ListSource, args: HistoryArgs): void {
  for (const argument of ['after', 'before'] as const) {
    const place = args[argument] ? decodeCursor(list, args[argument], argument).at(-1) : '0';
    if (!/^\d{1,18}$/.test(String(place)))
      throw invalid(`${argument} is not a cursor of this list.`, {
        argument,
        value: args[argument],
        allowed: 'a cursor answered by this list',
      });
  }
}

function events(ctx: Context, info: GraphQLResolveInfo, kind: string, id: number, args: HistoryArgs): Promise<Page> {
  const list = lists[args.orderBy?.direction ?? 'DESC'];
  checkPlace(list, args);
  const where: Condition[] = [{ key: kind, sql: (values) => `t.subject_kind = ${values.add(kind, 'text')}` }];
  return page(ctx, info, list, args, { parent: id, where });
}

@Resolver()
class HistoryQuery {
  @Query(() => connection.type, {
    description:
      'History of all records, or of one, also of a deleted one: every change of values and of links, by any client. `where` chooses by time, kind, field, actor and origin.',
  })
  history(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Args(() => SubjectArgs) args: SubjectArgs): Promise<Page> {
    const { subject, kind, databaseId } = args;
    if (!given(subject) && !given(kind) && !given(databaseId)) {
      const list = ofAll[args.orderBy?.direction ?? 'DESC'];
      checkPlace(list, args);
      return page(ctx, info, list, args);
    }
    checkOneWay('subject', [['subject'], ['kind', 'databaseId']], { subject, kind, databaseId }, (argument) => argument ?? 'subject');
    const { type, id } = typeof subject === 'string' ? decodeId(subject, 'subject') : { type: kind!, id: databaseId! };
    if (!entityNamed(type) || !info.schema.getType(type))
      throw invalid(`There is no type ${JSON.stringify(type)} in this API.`, {
        argument: 'subject',
        value: subject,
        allowed: 'the name of a type that implements Node',
      });
    return events(ctx, info, type, id, args);
  }
}

/** Each type with audit columns has a history. */
@Resolver(() => Audited)
class HistoryField {
  @FieldResolver(() => connection.type, { description: 'History of the record: every change of its values and its links, by any client.' })
  history(
    @Root() row: Row,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => HistoryArgs) args: HistoryArgs,
  ): Promise<Page> {
    return events(ctx, info, info.parentType.name, row.id, args);
  }
}

const origins: ReadonlySet<string> = new Set(Object.values(EventOrigin));

type EventRow = Pick<StatusEvent, 'origin' | 'fieldName' | 'fromValue' | 'toValue' | 'evidence'>;

const listed = (text: string | null): string[] => JSON.parse(text ?? '[]');
const names = ({ fieldName }: EventRow, text: string | null): string[] | null => (linkFields.has(fieldName) ? listed(text) : null);

@Resolver(() => StatusEvent)
class StatusEventResolver {
  @FieldResolver()
  origin(@Root() { origin }: EventRow): string {
    // Other clients may write what they like.
    return origins.has(origin) ? origin : EventOrigin.SQL;
  }
  @FieldResolver(() => String, {
    description:
      'Changed field, named as in this API: `name`, `description`, `status`, `parents`, …; `created` and `deleted` for the record itself.',
  })
  field(@Root() { fieldName }: EventRow): string {
    return fieldName;
  }
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Old value as text; null without one. For links, the removed names as JSON: `removed` has them as a list. For the field `links`, the old list as JSON.',
  })
  from(@Root() { fromValue }: EventRow): string | null {
    return fromValue;
  }
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'New value as text; null without one. For links, the added names as JSON: `added` has them as a list. For the field `links`, the new list as JSON.',
  })
  to(@Root() { toValue }: EventRow): string | null {
    return toValue;
  }
  @FieldResolver(() => GraphQLJSON, { nullable: true, description: 'Facts that led to the change, where the writer supplied them.' })
  evidence(@Root() row: EventRow): unknown {
    return row.evidence;
  }
  @FieldResolver(() => [String], { nullable: true, description: 'Names of the added links; null for a change of a value.' })
  added(@Root() row: EventRow): string[] | null {
    return names(row, row.toValue);
  }
  @FieldResolver(() => [String], { nullable: true, description: 'Names of the removed links; null for a change of a value.' })
  removed(@Root() row: EventRow): string[] | null {
    return names(row, row.fromValue);
  }
}

export const historyResolvers = [HistoryQuery, HistoryField, StatusEventResolver, ...connection.resolvers];
