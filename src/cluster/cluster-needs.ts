import type { Tx } from '../platform/database.js';
import { invalid } from '../platform/errors.js';
import { below, resolveRef, type NamedRef } from '../platform/read/references.js';
import { deleteRows, entitiesIn } from '../platform/write/entities.js';
import { clusterRefs } from './cluster-refs.js';
import { ClusterProcess } from './cluster-process.entity.js';
import { processRefs } from '../process/process-naming.js';
import type { ProcessRef } from '../process/process-ref.input.js';

/** Units of memory in bytes: decimal ones, and those of the IEC. */
const memoryUnits: ReadonlyMap<string, bigint> = new Map([
  ['B', 1n],
  ...['K', 'M', 'G', 'T', 'P'].flatMap((letter, i): [string, bigint][] => [
    [`${letter}B`, 1000n ** BigInt(i + 1)],
    [`${letter}iB`, 1024n ** BigInt(i + 1)],
  ]),
]);
const unitNames = [...memoryUnits.keys()];
const sameUnit = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

export interface Assignment {
  cluster: NamedRef;
  process: ProcessRef;
  neededMemory?: number | null;
  neededMemoryUnit?: string | null;
  neededProcessing?: number | null;
  neededProcessingUnit?: string | null;
  reason?: string | null;
}

export interface Assigned {
  id: number;
  clusterId: number;
  changed: boolean;
}

type Figure = 'neededMemory' | 'neededProcessing';
type Needs = Record<Figure, number | null> & Record<`${Figure}Unit`, string | null>;
const needs = ['neededMemory', 'neededMemoryUnit', 'neededProcessing', 'neededProcessingUnit'] as const satisfies (keyof Needs)[];

/** A figure with its unit: that of the input, else the known one, else the unit of the cluster. */
function figureOf(input: Assignment, known: Needs | undefined, figure: Figure, clusterUnit: string | null): [number | null, string | null] {
  const unitArgument = `${figure}Unit` as const;
  const argument = `input.${figure}`;
  const amount = input[figure] === undefined ? (known?.[figure] ?? null) : input[figure];
  if (amount === null) {
    if (input[unitArgument])
      throw invalid(`\`${unitArgument}\` needs \`${figure}\`.`, { argument, value: null, allowed: 'a whole number from 0' });
    return [null, null];
  }
  if (amount < 0) throw invalid(`\`${figure}\` must be at least 0, not ${amount}.`, { argument, value: amount, allowed: { min: 0 } });
  const unit = input[unitArgument] ?? known?.[unitArgument] ?? clusterUnit;
  const allowed = [...(figure === 'neededMemory' ? unitNames : []), ...(clusterUnit ? [clusterUnit.trim()] : [])];
  const found = unit === null ? undefined : allowed.find((each) => sameUnit(each, unit));
  // A cluster without a unit of processing takes any.
  const free = figure === 'neededProcessing' && clusterUnit === null;
  if (unit === null || (found === undefined && !free))
    throw invalid(
      unit === null
        ? `\`${figure}\` needs a unit: the cluster states none.`
        : `The unit ${JSON.stringify(unit)} cannot be compared with that of the cluster; use ${allowed.join(', ')}.`,
      { argument: `input.${unitArgument}`, value: unit, allowed: allowed.length ? allowed : 'a unit' },
    );
  return [amount, found ?? unit];
}

const locate = async (tx: Tx, input: Assignment) => {
  // It is marked as changed with the link.
  const process = await resolveRef(tx, processRefs, input.process, { at: below('input.process'), lock: 'no key update' });
  const cluster = await resolveRef(tx, clusterRefs, input.cluster, {
    at: below('input.cluster'),
    lock: 'key share',
    read: ['maxMemoryUnit', 'maxProcessingUnit'],
  });
  return { process, cluster };
};

/** Assigns a process to a cluster with its needs there, or changes its needs. Omitted values stay. */
export async function assignProcess(tx: Tx, input: Assignment): Promise<Assigned> {
  const { process, cluster } = await locate(tx, input);
  const db = entitiesIn(tx, { ClusterProcess });
  const place = { clusterId: cluster.id, processId: process.id };
  const known = await db
    .selectFrom('ClusterProcess')
    .select(needs)
    .where((eb) => eb.and(place))
    .forUpdate()
    .executeTakeFirst();
  const [neededMemory, neededMemoryUnit] = figureOf(input, known, 'neededMemory', cluster.maxMemoryUnit);
  const [neededProcessing, neededProcessingUnit] = figureOf(input, known, 'neededProcessing', cluster.maxProcessingUnit);
  const given: Needs = { neededMemory, neededMemoryUnit, neededProcessing, neededProcessingUnit };
  const changed = await db
    .insertInto('ClusterProcess')
    .values({ ...place, ...given })
    .onConflict((on) =>
      on
        .columns(['clusterId', 'processId'])
        .doUpdateSet(given)
        .where((eb) => eb.or(needs.map((each) => eb(`ClusterProcess.${each}`, 'is distinct from', eb.ref(`excluded.${each}`))))),
    )
    .returning('processId')
    .execute();
  return { id: process.id, clusterId: cluster.id, changed: changed.length > 0 };
}

/** Removes a process from a cluster. */
export async function removeProcess(tx: Tx, input: Assignment): Promise<Assigned> {
  const { process, cluster } = await locate(tx, input);
  const gone = await deleteRows(tx, ClusterProcess, { clusterId: cluster.id, processId: process.id });
  return { id: process.id, clusterId: cluster.id, changed: gone > 0 };
}

const unitValues = [...memoryUnits].map(([name, bytes]) => `('${name.toLowerCase()}', ${bytes}::numeric)`).join(', ');
/** A figure as the API writes it. */
export const decimal = (sql: string): string => `trim_scale(round(${sql}, 12))::text`;

interface NeedsOptions {
  /** Joins that choose which rows of `cluster_process c` count, and how often. */
  those: string;
  /** Columns of the joined tables for `totals`. */
  columns: string;
  /** Aggregates over the needs in a cluster; there, `memory` and `processing` are in its units, null where units cannot be compared. */
  totals: string;
  /** What the answer has of them; there, they are columns of `t`, null for a cluster without any. */
  answer: string;
}

/**
 * What processes of clusters need together, by the numbers of the clusters (`$1`). Needs are added in bytes and answered in the cluster's unit,
 * or in GB where it states none.
 */
export const clusterNeedsSql = ({ those, columns, totals, answer }: NeedsOptions): string => `
  with unit (name, bytes) as (values ${unitValues}), need as (
    select k.cluster_id, c.process_id,
      c.needed_memory, c.needed_memory_unit, c.needed_processing, c.needed_processing_unit, ${columns},
      case
        when ku.bytes is null and lower(btrim(c.needed_memory_unit)) = lower(btrim(k.cluster_max_memory_unit))
          then c.needed_memory
        else c.needed_memory * pu.bytes / ku.bytes
      end as memory,
      case when lower(btrim(c.needed_processing_unit)) = lower(btrim(k.cluster_max_processing_unit))
        then c.needed_processing end as processing
    from cluster_tracking_lkup k
    join cluster_process c using (cluster_id) ${those}
    left join unit ku on ku.name = lower(btrim(coalesce(k.cluster_max_memory_unit, 'GB')))
    left join unit pu on pu.name = lower(btrim(c.needed_memory_unit))
    where k.cluster_id = any($1::int[])
  ), total as (
    select cluster_id, coalesce(sum(memory), 0) as memory, coalesce(sum(processing), 0) as processing, ${totals}
    from need
    group by cluster_id
  )
  select k.cluster_id as id, ${decimal('coalesce(t.memory, 0)')} as memory,
    coalesce(btrim(k.cluster_max_memory_unit), 'GB') as "memoryUnit",
    case when k.cluster_max_memory_unit is not null
      then ${decimal('k.cluster_max_memory - coalesce(t.memory, 0)')} end as "memoryLeft",
    ${decimal('coalesce(t.processing, 0)')} as processing, btrim(k.cluster_max_processing_unit) as "processingUnit",
    case when k.cluster_max_processing_unit is not null
      then ${decimal('k.cluster_max_processing - coalesce(t.processing, 0)')} end as "processingLeft",
    ${answer}
  from cluster_tracking_lkup k
  left join total t using (cluster_id)
  where k.cluster_id = any($1::int[])`;

const notCounted = (figure: 'memory' | 'processing') =>
  `coalesce(json_agg(json_build_object('processId', process_id, 'figure', '${figure.toUpperCase()}', 'amount', needed_${figure}, 'unit', needed_${figure}_unit) order by process_name)
     filter (where needed_${figure} is not null and ${figure} is null), '[]') as no_${figure}`;

/** What all processes of clusters need if they run at the same time; needs in other units are listed. A retired process has none. */
export const declaredNeeds = clusterNeedsSql({
  those: 'join process p on p.process_id = c.process_id and p.retired_at is null',
  columns: 'p.process_name',
  totals: `${notCounted('memory')}, ${notCounted('processing')}`,
  answer: `coalesce(t.no_memory, '[]') as no_memory, coalesce(t.no_processing, '[]') as no_processing`,
});
