import { Check, Entity, Unique } from '@mikro-orm/decorators/legacy';
import { InstantColumn, Key, Text } from '../platform/entity/columns.js';

/** A caller's key, kept as a hash: a reader of the store cannot use it. */
@Unique({ properties: ['keyHash'] })
@Unique({ properties: ['name'] })
@Check({ name: 'api_key_role_check', expression: "role in ('read', 'write', 'admin')" })
@Entity({ tableName: 'api_key' })
export class ApiKey {
  @Key('api_key_id')
  id!: number;

  @Text('key_hash')
  keyHash!: string;

  @Text('name')
  name!: string;

  @Text('actor_name')
  actorName!: string;

  @Text('role')
  role!: 'read' | 'write' | 'admin';

  @InstantColumn('created_at', { default: 'waybill_now()' })
  createdAt!: string;

  @InstantColumn('revoked_at', { nullable: true })
  revokedAt!: string | null;
}
