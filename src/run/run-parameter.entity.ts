import { Entity } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Reference, Text } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { Run } from './run.entity.js';

/** What a run was told to do. */
@ObjectType({ description: 'A parameter of a run.' })
@Entity({ tableName: 'run_parameter' })
export class RunParameter {
  @Reference(() => Run, 'process_tracking_id', { primary: true, onDelete: 'cascade' })
  runId!: number;

  @TextKey('name')
  name!: string;

  @Text('value', { nullable: true, doc: 'Its value; null where it has none.' })
  value!: string | null;
}
