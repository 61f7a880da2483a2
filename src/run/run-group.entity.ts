import { Check, Entity, Unique } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { InstantColumn, Key, Text, Whole } from '../platform/entity/columns.js';
import { Audited, Node } from '../platform/entity/node.js';

@ObjectType('RunGroup', {
  implements: [Node, Audited],
  description:
    'Runs that belong together: a batch, a nightly load, a release. Inside a group a process waits for its parents to complete there.',
})
@Unique({ properties: ['key'] })
@Check({ name: 'run_group_expected_total_check', expression: 'expected_total >= 0' })
@Entity({ tableName: 'run_group' })
export class RunGroup extends Audited {
  @Key('run_group_id')
  id!: number;

  @Text('group_key', { doc: 'What the group is told by, unique and case-sensitive: a date, a batch number.' })
  key!: string;

  @Text('name', { nullable: true, doc: 'What people call it; null if only its key was given.' })
  name!: string | null;

  @Whole('expected_total', { nullable: true, doc: 'How many runs it will have, as announced; null if nobody said.' })
  expectedTotal!: number | null;

  @InstantColumn('closed_at', { nullable: true, doc: 'When it was closed: no run starts in it since. Null while it is open.' })
  closedAt!: string | null;
}
