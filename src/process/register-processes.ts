import type { Tx } from '../platform/database.js';
import { didYouMean, nearest } from '../platform/nearest.js';
import { DomainError, invalid, notFound, raisedAs } from '../platform/errors.js';
import { refuseEmpty } from '../platform/lists.js';
import { refuseCycle, type LinksAbove } from './dependencies/refuse-cycles.js';
import { addFilters, replaceFilters } from './filters/process-filters.js';
import { RegistrationMode, type RegisterProcessInput } from './register-process.input.js';
import { checkEnds, withNames, type AttributeNames, type NamedRequest } from './registration/name-references.js';
import { listsOf } from './registration/registration-lists.js';
import { replaceable } from './registration/registration-rows.js';
import { checkRunSettings } from './run-settings.js';
import { withinItem } from '../platform/write/reports.js';
import { withRetiredArgument } from '../platform/write/retired-argument.js';
import { messageOf, textAt } from '../platform/text-at.js';

/** A data type that a registration says and that differs from the known one, which stays. */
export interface DifferingType {
  attributeId: number;
  declared: string;
  kept: string;
  keptProcessId: number | null;
  /** The process that declared the known type, and whether it writes the attribute, or reads it, or a person set it; null if unknown. */
  keptBy: string | null;
  origin: 'read' | 'write' | 'person' | null;
  /** The name of the process that was registered. */
  by: string;
}

export interface RegisteredProcess {
  id: number;
  /** Whether this registration made it. */
  created: boolean;
  differing: DifferingType[];
}

/**
 * Registers processes with everything they name, as one statement (register-processes.sql); answers them in the order given.
 * Two requests of one call may name the same process. A name may stand several times; what the entries say adds up.
 * @throws INVALID for an unknown schedule frequency, a mapping between attributes that the process does not read and write, an empty list
 *   that would replace, or a setting of its runs that is out of range; NOT_FOUND for a parent that does not exist; CONFLICT for a cycle of
 *   dependencies.
 */
export async function registerProcesses(tx: Tx, requests: readonly RegisterProcessInput[]): Promise<RegisteredProcess[]> {
  requests.forEach(refuseEmptyReplacement);
  requests.forEach((request) => checkRunSettings(request));
  const named = await withNames(tx, requests);
  await checkEnds(tx, requests, named);
  const { lists, placeOfProcess } = listsOf(named);
  const sql = 'select * from process_tracker.register_processes($1::jsonb)';
  const rows = await tx
    .query<{ process_id: number; created: boolean; links: LinksAbove; differing: (DifferingType & { process: number })[] | null }>(sql, [
      JSON.stringify(lists),
    ])
    .catch((error: unknown) => parentMissing(error, requests))
    .catch((error: unknown) => notLinked(error, requests, named));
  await refuseCycle(tx, rows[0]?.links ?? null);
  const met = new Set<number>();
  const registered = requests.map(({ name }) => {
    const place = placeOfProcess(name);
    const { process_id: id, created } = rows[place - 1]!;
    const differing = (rows[0]!.differing ?? []).filter(({ process }) => process === place).map((each) => ({ ...each, by: name }));
    // Of several requests for one process the first has made it.
    return { id, created: created && met.size < met.add(id).size, differing };
  });
  await putFilters(tx, requests, registered);
  return registered;
}

/** Filters come last, since they name attributes that the same registration may have made. */
async function putFilters(tx: Tx, requests: readonly RegisterProcessInput[], registered: readonly RegisteredProcess[]): Promise<void> {
  const given = requests.flatMap(({ filters, mode }, i) =>
    filters?.length ? [{ processId: registered[i]!.id, filters, mode, argument: 'input.filters' }] : [],
  );
  const [replacing, adding] = [true, false].map((wanted) => given.filter(({ mode }) => (mode === RegistrationMode.REPLACE) === wanted));
  if (replacing!.length) await replaceFilters(tx, replacing!);
  if (adding!.length) await addFilters(tx, adding!);
}

/** To remove everything is a request of its own (`unlinkProcess`): an empty list is more often a mistake of the caller's program. */
function refuseEmptyReplacement(request: RegisterProcessInput): void {
  if (request.mode !== RegistrationMode.REPLACE) return;
  for (const what of replaceable) refuseEmpty(request[what], `input.${what}`);
  for (const side of ['sources', 'targets'] as const)
    request[side]?.forEach(({ objects }, s) => {
      refuseEmpty(objects, `input.${side}.${s}.objects`);
      objects?.forEach(({ attributes }, o) => refuseEmpty(attributes, `input.${side}.${s}.objects.${o}.attributes`));
    });
}

/** The store knows the name of a parent that does not exist, but not where the request has it. */
function parentMissing(error: unknown, requests: readonly RegisterProcessInput[]): never {
  const { argument, value, known } = raisedAs(error, 'WB404') ?? {};
  if (argument !== 'dependsOn') throw error;
  const places = requests.map(({ dependsOn }) => dependsOn?.findIndex(({ process }) => process.name === value) ?? -1);
  const place = places.find((each) => each >= 0);
  const near = Array.isArray(known) ? nearest(String(value), known.map(String)) : [];
  throw notFound(messageOf(error) + didYouMean(near), {
    argument: place === undefined ? 'input.dependsOn' : `input.dependsOn.${place}.process.name`,
    value,
    ...(near.length ? { nearest: near } : {}),
  });
}

/** The store knows the attribute of a mapping that its process is not linked to, but not where the request has it. */
function notLinked(error: unknown, requests: readonly RegisterProcessInput[], named: readonly NamedRequest[]): never {
  const { end, value } = raisedAs(error, 'WB400') ?? {};
  if (end !== 'from' && end !== 'to') throw error;
  const isIt = (names: AttributeNames) => Object.entries(names).every(([part, name]) => textAt(value, part) === name);
  for (const [i, { mappings }] of named.entries())
    for (const [m, mapping] of (mappings ?? []).entries())
      if (isIt(mapping[end]))
        throw invalid(messageOf(error), {
          argument: `input.mappings.${m}.${end}`,
          value: requests[i]!.mappings![m]![end],
          allowed: `an attribute that the process ${end === 'from' ? 'reads' : 'writes'}`,
        });
  throw error;
}

/** Wrapped, since an executor takes an error among its data for a failure of the whole field. */
export type RegistrationOutcome = RegisteredProcess | { error: DomainError };

/** How many registrations share a transaction: more gain little and hold their locks longer. */
const batchSize = 200;

/**
 * Registers many processes, each for itself: what is wrong with one is its own outcome, the others stand.
 * Parents that are registered by the same call come before their children, whatever the order given.
 * @param write runs its argument in a transaction of its own
 */
export async function registerEach(
  write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>,
  requests: readonly RegisterProcessInput[],
): Promise<RegistrationOutcome[]> {
  const outcomes = new Map<RegisterProcessInput, RegistrationOutcome>();
  // A batch that fails is halved until the bad ones stand alone.
  const attempt = async (batch: readonly RegisterProcessInput[]): Promise<void> => {
    if (!batch.length) return;
    try {
      const registered = await write((tx) => registerProcesses(tx, batch));
      batch.forEach((request, i) => outcomes.set(request, registered[i]!));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (batch.length === 1) {
        outcomes.set(batch[0]!, { error: withinItem(withRetiredArgument(error, { input: batch[0] })) });
        return;
      }
      const middle = batch.length >> 1;
      await attempt(batch.slice(0, middle));
      await attempt(batch.slice(middle));
    }
  };
  const ordered = parentsFirst(requests);
  for (let i = 0; i < ordered.length; i += batchSize) await attempt(ordered.slice(i, i + batchSize));
  return requests.map((request) => outcomes.get(request)!);
}

/** The requests so that each comes behind the parents that it names, as far as there is no cycle. */
function parentsFirst(requests: readonly RegisterProcessInput[]): RegisterProcessInput[] {
  const byName = Map.groupBy(requests, ({ name }) => name);
  const ordered = new Set<RegisterProcessInput>();
  const entered = new Set<RegisterProcessInput>();
  for (const request of requests) {
    // Depth first with a stack of its own: chains are as long as a caller likes.
    const stack = [request];
    while (stack.length) {
      const top = stack.at(-1)!;
      const parents = entered.has(top)
        ? []
        : (top.dependsOn ?? [])
            .flatMap(({ process: { name } }) => (name ? (byName.get(name) ?? []) : []))
            .filter((parent) => !entered.has(parent));
      entered.add(top);
      if (parents.length) stack.push(...parents);
      else ordered.add(stack.pop()!);
    }
  }
  return [...ordered];
}
