import { Entity } from '@mikro-orm/decorators/legacy';
import { Flag } from '../platform/entity/columns.js';
import { TextKey } from '../platform/entity/text-key.js';

/** A move that a command may make (make-lifecycle.sql). `*` stands for every state that no other row of the kind names. */
@Entity({ tableName: 'lifecycle_move' })
export class LifecycleMove {
  @TextKey('subject_kind')
  subjectKind!: string;

  @TextKey('from_state')
  fromState!: string;

  @TextKey('to_state')
  toState!: string;

  @Flag('needs_reason', { default: 'false' })
  needsReason!: boolean;
}
