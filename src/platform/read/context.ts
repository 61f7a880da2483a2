import type { GraphQLResolveInfo } from 'graphql';
import type { Database, Tx, Undo } from '../database.js';
import type { LargeAnswer } from './large-answer.js';
import { Loaders } from './loaders.js';
import { RowBudget } from './row-budget.js';
import type { Row } from '../entity/node.js';
import type { EntityClass } from '../entity/rows.js';
import { neededProperties } from './selection.js';

export type Role = 'read' | 'write' | 'admin';

/** Who calls: the actor's name as given or as the key says, and what the call may do. */
export interface Caller {
  actor: string;
  role: Role;
}

/** What every resolver is given. One object a request. */
export interface Context extends Caller {
  requestId: string;
  db: Database;
  loaders: Loaders;
  /** Counts the rows of the answer. */
  budget: RowBudget;
  /** Set where the answer may be large. */
  large?: LargeAnswer;
  /** The row with this key, with the columns that the field asks for. */
  load<E extends object>(entity: EntityClass<E>, id: number | null | undefined, info: GraphQLResolveInfo): Promise<Row<E> | null>;
  /**
   * One write transaction in the caller's name. What the request has read before is read anew. Writes about the same `records`, named as an error
   * may name them (`the Process "load"`), come one after the other.
   */
  write<T>(work: (tx: Tx) => Promise<T | Undo<T>>, reason?: string | null, records?: readonly string[]): Promise<T>;
}

/** `maxRows`: how many rows of lists the answer may have. */
export function createContext(db: Database, caller: Caller, requestId: string, maxRows = Infinity): Context {
  const loaders = new Loaders(db);
  const { actor, role } = caller;
  return {
    actor,
    role,
    requestId,
    db,
    loaders,
    budget: new RowBudget(maxRows),
    load: (entity, id, info) => loaders.byId(entity, id, neededProperties(info, entity)),
    async write(work, reason, records) {
      try {
        return await db.write({ actor: caller.actor, reason: reason ?? null }, work, records);
      } finally {
        loaders.clear();
      }
    },
  };
}
