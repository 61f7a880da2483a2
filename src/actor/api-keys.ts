import { createHash, randomBytes } from 'node:crypto';
import type { Caller, Role } from '../platform/read/context.js';
import type { Queries } from '../platform/database.js';
import { conflict, invalid, notFound } from '../platform/errors.js';

export const roles = ['read', 'write', 'admin'] as const satisfies readonly Role[];

export interface KeyFacts {
  name: string;
  actor: string;
  role: Role;
  createdAt: string;
  revokedAt: string | null;
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const facts = `name, actor_name as actor, role, created_at::text as "createdAt", revoked_at::text as "revokedAt"`;

/**
 * Makes a key and answers it: the store keeps its hash alone, and no client can read it again. Without a name it takes the actor's, with a
 * number where that is taken.
 */
export async function createKey(
  db: Queries,
  { actor, role, name }: { actor: string; role: string; name?: string | undefined },
): Promise<KeyFacts & { key: string }> {
  if (!roles.some((each) => each === role))
    throw invalid(`role must be one of ${roles.join(', ')}, not ${JSON.stringify(role)}.`, {
      argument: 'role',
      value: role,
      allowed: roles,
    });
  checkActorName(actor, 'actor');
  if (name !== undefined) checkActorName(name, 'name');
  const key = `wb_${randomBytes(32).toString('base64url')}`;
  for (let attempt = 1; ; attempt++) {
    const [made] = await db.query<KeyFacts>(
      `insert into api_key (key_hash, name, actor_name, role)
       values ($1, $2, $3, $4)
       on conflict (name) do nothing
       returning ${facts}`,
      [hashOf(key), name ?? (attempt === 1 ? actor : `${actor}-${attempt}`), actor, role],
    );
    if (made) return { ...made, key };
    if (name !== undefined)
      throw conflict(`There is, or was, a key named ${JSON.stringify(name)}. Choose another name.`, { argument: 'name', value: name });
  }
}

export const listKeys = (db: Queries): Promise<KeyFacts[]> => db.query(`select ${facts} from api_key order by name`);

export async function revokeKey(db: Queries, name: string): Promise<KeyFacts> {
  const [revoked] = await db.query<KeyFacts>(
    `update api_key set revoked_at = coalesce(revoked_at, process_tracker.waybill_now())
     where name = $1
     returning ${facts}`,
    [name],
  );
  if (!revoked) throw notFound(`There is no key named ${JSON.stringify(name)}.`, { argument: 'name', value: name });
  return revoked;
}

/** Removes all keys, revoked ones too, after which the server is open to its own machine again. */
export const clearKeys = (db: Queries): Promise<{ name: string }[]> =>
  db.query(
    `delete from api_key
     returning name`,
  );

/** @throws INVALID where a name is empty, longer than 250 bytes or holds control characters: it goes into logs and the history. */
export function checkActorName(name: string, argument: string): void {
  if (name.trim() === '' || Buffer.byteLength(name) > 250 || /\p{Cc}/u.test(name))
    throw invalid(`${argument} must be 1 to 250 bytes of text without control characters.`, {
      argument,
      value: name,
      allowed: '1 to 250 bytes, no control characters',
    });
}

/** How long an answer about a key holds: the longest that a revoked key continues to work. */
const keyMaxAgeMs = 2_000;
/** Answers that are remembered; wrong keys must not fill the memory. */
const keptAnswers = 1_000;

/** Looks keys up in the store, with a short memory: one statement every two seconds for a busy key. */
export class KeyRing {
  readonly #answers = new Map<string, { at: number; answer: Promise<unknown> }>();

  constructor(
    readonly db: Queries,
    readonly maxAgeMs = keyMaxAgeMs,
  ) {}

  find(key: string): Promise<Caller | undefined> {
    const hash = hashOf(key);
    return this.#remember(hash, async () => {
      const [found] = await this.db.query<Caller>(
        'select actor_name as actor, role from api_key where key_hash = $1 and revoked_at is null',
        [hash],
      );
      return found;
    });
  }

  /** Whether keys are in use. A revoked one counts: revoking the last key must not open the server. */
  any(): Promise<boolean> {
    return this.#remember('', async () => (await this.db.query('select 1 from api_key limit 1')).length > 0);
  }

  #remember<T>(of: string, ask: () => Promise<T>): Promise<T> {
    const now = Date.now();
    const known = this.#answers.get(of);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- remembered below: `of` says of what.
    if (known && now - known.at < this.maxAgeMs) return known.answer as Promise<T>;
    const answer = ask();
    answer.catch(() => this.#answers.delete(of));
    if (this.#answers.size >= keptAnswers) this.#answers.clear();
    this.#answers.set(of, { at: now, answer });
    return answer;
  }
}
