import type { Queries } from '../platform/database.js';
import { attempt, DomainError, invalid, orThrow } from '../platform/errors.js';
import { decodeId } from '../platform/entity/ids.js';
import { resolveRefs, type NamedRef, type RefKind } from '../platform/read/references.js';
import { withArticle } from '../platform/words.js';
import { processRefs } from '../process/process-naming.js';
import { objectRefs, sourceRefs } from '../source/source-naming.js';
import { kinds } from './walk-lineage.js';

/** How the kinds of nodes are referred to, in their order. */
const refs: Record<(typeof kinds)[number], RefKind<NamedRef>> = { Process: processRefs, Source: sourceRefs, SourceObject: objectRefs };

/**
 * The numbers of the records with these global ids, by kind; a statement for each kind. `argument` names the place of each.
 * @throws INVALID for the id of a type without lineage; NOT_FOUND for what is not there
 */
export async function resolveRoots(db: Queries, ids: readonly string[], argument: (i: number) => string): Promise<number[][]> {
  const types = ids.map((id, i) => {
    const decoded = attempt(() => decodeId(id, argument(i)));
    if (decoded instanceof DomainError)
      throw invalid(
        `\`${argument(i)}\` must be the id of a process, source or object, such as \`process(name: "…") { id }\` answers, not ${JSON.stringify(id)}.`,
        decoded.details,
      );
    const { type } = decoded;
    if (!kinds.some((kind) => kind === type))
      throw invalid(`${argument(i)} is the id of ${withArticle(type)}, which has no lineage.`, {
        argument: argument(i),
        value: id,
        allowed: kinds,
      });
    return type;
  });
  return Promise.all(
    kinds.map(async (kind) => {
      const places = types.flatMap((type, i) => (type === kind ? [i] : []));
      const wanted = places.map((i) => ({ id: ids[i]! }));
      const found = await resolveRefs(db, refs[kind], wanted, { at: (i) => argument(places[i]!) });
      return found.map((each) => orThrow(each).id);
    }),
  );
}
