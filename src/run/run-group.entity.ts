import { Check, Entity, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';

@ObjectType('RunGroup', {
  implements: [Node, Audited],
  description:
    'Group of runs, such as a batch, a nightly load or a release. In a group a process is blocked until its hard parents are completed there.',
})
@Unique({ properties: ['key'] })
@Check({ name: 'run_group_expected_total_check', expression: 'expected_total >= 0' })
@Entity({ tableName: 'run_group' })
export class RunGroup extends Audited {
  @Key('run_group_id')
  id!: number;

  @Text('group_key', { doc: 'Key of the group, unique and case-sensitive, such as a date or a batch number.' })
  key!: string;

  @Text('name', { nullable: true, doc: 'Display name; null without one.' })
  name!: string | null;

  @Whole('expected_total', { nullable: true, doc: 'Expected number of processes that run in it; null if not specified.' })
  expectedTotal!: number | null;

  @InstantColumn('closed_at', { nullable: true, doc: 'Time of its closing, since when no run starts in it. Null while it is open.' })
  closedAt!: string | null;
}
