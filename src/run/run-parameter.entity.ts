import { Entity } from '@mikro-orm/decorators/legacy';
import { ObjectType } from 'type-graphql';
import { Reference, Text } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';
import { Run } from './run.entity.js';

@ObjectType({ description: 'Parameter of a run.' })
@Entity({ tableName: 'run_parameter' })
export class RunParameter {
  @Reference(() => Run, 'process_tracking_id', { primary: true, onDelete: 'cascade' })
  runId!: number;

  @TextKey('name')
  name!: string;

  @Text('value', { nullable: true, doc: 'Value of the parameter; null without one.' })
  value!: string | null;
}
