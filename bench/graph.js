import { randomNumbers } from './statistics.js';

// A lineage graph. Process i writes the objects 2i and 2i + 1 and reads some written before: mostly not long before, now and then one that
// many read. A few islands lie beside it: trees of one shape and 100 nodes, whatever the size of the rest.

export const graphSizes = (quick) =>
  quick ? { processes: 10_000, objects: 20_000, links: 50_000 } : { processes: 100_000, objects: 200_000, links: 500_000 };
export const smallGraphSizes = { processes: 1_000, objects: 2_000, links: 5_000 };

/** Numbers of the graph's rows begin behind those of the catalogue; names begin with letters behind those of its names. */
const base = 1_000_000;
const islands = 5;
const islandProcesses = 33;
const islandObjects = 1 + 2 * islandProcesses;
export const islandNodes = islandProcesses + islandObjects;

/** A link is a process and an object, by their places in the graph. */
function makeLinks({ processes, objects, links }) {
  const reads = [];
  const writes = [];
  const random = randomNumbers(20_261_122);
  const mainProcesses = processes - islands * islandProcesses;
  const mainObjects = objects - islands * islandObjects;
  const mainReads = links - islands * islandProcesses * 3 - Math.min(mainObjects, 2 * mainProcesses);
  for (let process = 0; process < mainProcesses; process++) {
    for (const object of [2 * process, 2 * process + 1]) if (object < mainObjects) writes.push([process, object]);
    const written = Math.min(Math.max(2 * process, 20), mainObjects);
    const count = Math.floor(((process + 1) * mainReads) / mainProcesses) - Math.floor((process * mainReads) / mainProcesses);
    const read = new Set();
    while (read.size < count) {
      const way = random();
      const back = Math.floor(random() * (way < 0.2 ? written : Math.min(written, 4_000)));
      const object = written - 1 - back;
      read.add(way > 0.9 ? object - (object % 100) : object);
    }
    for (const object of read) reads.push([process, object]);
  }
  const roots = [];
  for (let island = 0; island < islands; island++) {
    const process = mainProcesses + island * islandProcesses;
    const object = mainObjects + island * islandObjects;
    roots.push(object);
    for (let n = 0; n < islandProcesses; n++) {
      reads.push([process + n, object + n]);
      writes.push([process + n, object + 2 * n + 1], [process + n, object + 2 * n + 2]);
    }
  }
  return { reads, writes, islandRoots: roots };
}

/** Fills in a graph; answers roots to walk from, as numbers of objects: the islands', and five of the rest for each purpose. */
export async function fillGraph(client, sizes) {
  const { reads, writes, islandRoots } = makeLinks(sizes);
  await client.query('begin; set local session_replication_role = replica');
  await client.query(`
    insert into source_lkup (source_id, source_name, source_type_id) select ${base} + i, 'warehouse ' || i, 1 from generate_series(0, 99) i;
    insert into source_object_lkup (source_object_id, source_id, source_object_name)
      select ${base} + i, ${base} + i % 100, 'view ' || to_char(i, 'FM000000') from generate_series(0, ${sizes.objects - 1}) i;
    insert into process (process_id, process_name, process_type_id, process_tool_id)
      select ${base} + i, 'step ' || to_char(i, 'FM000000'), 1, 1 from generate_series(0, ${sizes.processes - 1}) i`);
  for (const [side, column, links] of [
    ['source', 'source_object_id', reads],
    ['target', 'target_object_id', writes],
  ]) {
    await client.query(
      `insert into process_${side}_object (process_id, ${column}) select ${base} + p, ${base} + o from unnest($1::int[], $2::int[]) l(p, o)`,
      [links.map(([process]) => process), links.map(([, object]) => object)],
    );
    await client.query(`
      insert into process_${side} (process_id, ${side === 'source' ? '' : 'target_'}source_id, implied, declared)
      select distinct l.process_id, o.source_id, true, false from process_${side}_object l join source_object_lkup o on o.source_object_id = l.${column}
      where process_id >= ${base}`);
  }
  await client.query('commit');
  const read = [...new Set(reads.map(([, object]) => object))].sort((a, b) => a - b);
  const some = (from, fits = () => true) =>
    [0, 1, 2, 3, 4].map((n) => base + read.find((object) => object >= (from + 0.02 * n) * sizes.objects && fits(object)));
  const islandNames = await client.query(
    'select source_object_name as name, source_name as source from source_object_lkup join source_lkup using (source_id) where source_object_id = any ($1)',
    [islandRoots.map((object) => base + object)],
  );
  return {
    links: reads.length + writes.length,
    islandNames: islandNames.rows,
    roots: {
      islands: islandRoots.map((object) => base + object),
      // As far from the end of the graph as lets a walk meet somewhat fewer nodes than an answer may have.
      DOWNSTREAM: some(0.72),
      UPSTREAM: some(0.2),
      // Read by many, so that there is more than an answer's worth behind each.
      cut: some(0.3, (object) => object % 100 === 0),
    },
  };
}
