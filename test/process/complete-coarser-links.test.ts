import { untilWaiting } from '../support/gates.js';
import { openStore } from '../support/sql-store.js';

const store = await openStore('coarser-links');
const { sql, write, lastEvent, eventsSince, newProcess, newSource } = store;
afterAll(() => store.close());

describe('coarser links', () => {
  const coarser = (process: number) =>
    sql(
      `select 'object' as granularity, source_object_id as id, implied from process_source_object where process_id = $1
       union all select 'source', source_id, implied from process_source where process_id = $1 order by 1, 2`,
      [process],
    );

  test('an attribute brings its object and its source', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x', 'y'], b: ['z'] });
    const process = await newProcess();
    await sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, unnest($2::int[])', [
      process,
      attributes,
    ]);
    expect(await coarser(process)).toEqual([
      { granularity: 'object', id: objects[0], implied: true },
      { granularity: 'object', id: objects[1], implied: true },
      { granularity: 'source', id: source, implied: true },
    ]);
  });

  test('a coarser link that was declared becomes implied by a finer one, in either order', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x'], b: [] });
    const process = await newProcess();
    await sql('insert into process_source (process_id, source_id) values ($1, $2)', [process, source]);
    await sql('insert into process_source_object (process_id, source_object_id) values ($1, $2)', [process, objects[1]]);
    await sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) values ($1, $2)', [
      process,
      attributes[0],
    ]);
    expect(await coarser(process)).toEqual([
      { granularity: 'object', id: objects[0], implied: true },
      { granularity: 'object', id: objects[1], implied: false },
      { granularity: 'source', id: source, implied: true },
    ]);
    // A client that deletes only the coarser rows and states them again.
    await sql('delete from process_source where process_id = $1', [process]);
    await sql('insert into process_source (process_id, source_id) values ($1, $2)', [process, source]);
    expect(await coarser(process)).toContainEqual({ granularity: 'source', id: source, implied: true });
  });

  test('with the last finer link the coarser one goes that was added for it; one that somebody declared stays, no longer implied', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x', 'y'] });
    const process = await newProcess();
    const link = () =>
      sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, unnest($2::int[])', [
        process,
        attributes,
      ]);
    await link();
    await sql('delete from process_source_object_attribute where process_id = $1 and source_object_attribute_id = $2', [
      process,
      attributes[0],
    ]);
    expect(await coarser(process)).toHaveLength(2);
    await sql('delete from process_source_object_attribute where process_id = $1', [process]);
    expect(await coarser(process)).toEqual([]);
    await sql('insert into process_source_object (process_id, source_object_id) values ($1, $2)', [process, objects[0]]);
    await link();
    await write('operator', `delete from process_source_object_attribute where process_id = ${process}`);
    expect(await coarser(process)).toEqual([
      { granularity: 'object', id: objects[0], implied: false },
      { granularity: 'source', id: source, implied: true },
    ]);
    await sql('delete from process_source_object where process_id = $1', [process]);
    expect(await coarser(process)).toEqual([]);
  });

  test('links follow an object that moves to another source', async () => {
    const [from, to] = [await newSource({ moved: ['x'] }), await newSource({})];
    const process = await newProcess();
    await sql('insert into process_source_object_attribute (process_id, source_object_attribute_id) values ($1, $2)', [
      process,
      from.attributes[0],
    ]);
    await sql('update source_object_lkup set source_id = $1 where source_object_id = $2', [to.source, from.objects[0]]);
    expect(await coarser(process)).toEqual([
      { granularity: 'object', id: from.objects[0], implied: true },
      { granularity: 'source', id: to.source, implied: true },
    ]);
  });

  test('a change of implied is no change of the row', async () => {
    const { source, objects } = await newSource({ a: [] });
    const process = await newProcess();
    await sql('insert into process_source (process_id, source_id) values ($1, $2)', [process, source]);
    const start = await lastEvent();
    await sql('insert into process_source_object (process_id, source_object_id) values ($1, $2)', [process, objects[0]]);
    expect(
      await sql('select implied, row_version, update_date_time = created_date_time as same from process_source where process_id = $1', [
        process,
      ]),
    ).toEqual([{ implied: true, row_version: 1, same: true }]);
    expect(await eventsSince(start)).toHaveLength(1);
  });

  test('a coarser link stays while another transaction adds a finer one below it', async () => {
    const { source, objects, attributes } = await newSource({ a: ['x', 'y'] });
    const process = await newProcess();
    const add = 'insert into process_source_object_attribute (process_id, source_object_attribute_id) values ($1, $2)';
    await sql(add, [process, attributes[0]]);
    const other = await store.pool.connect();
    try {
      await other.query('begin');
      await other.query(add, [process, attributes[1]]);
      const gone = sql('delete from process_source_object_attribute where process_id = $1 and source_object_attribute_id = $2', [
        process,
        attributes[0],
      ]);
      await untilWaiting(store, 1, gone);
      await other.query('commit');
      await gone;
    } finally {
      other.release();
    }
    expect(await coarser(process)).toEqual([
      { granularity: 'object', id: objects[0], implied: true },
      { granularity: 'source', id: source, implied: true },
    ]);
  });

  test('many writers of one process, adding and removing in any order, never wait crosswise', async () => {
    const names = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`object ${i}`, ['x', 'y']]));
    const { attributes } = await newSource(names);
    const process = await newProcess();
    const shuffled = () => [...attributes].sort(() => Math.random() - 0.5);
    const writers = Array.from({ length: 16 }, async () => {
      for (let i = 0; i < 60; i++) {
        const ids = shuffled().slice(0, 6);
        // Each statement is a transaction, as in a client that commits at once.
        await sql(
          'insert into process_source_object_attribute (process_id, source_object_attribute_id) select $1, a from unnest($2::int[]) a order by a on conflict do nothing',
          [process, ids],
        );
        await sql(
          'delete from process_source_object_attribute where (process_id, source_object_attribute_id) in (select process_id, source_object_attribute_id from process_source_object_attribute where process_id = $1 and source_object_attribute_id = any ($2) order by 2 for update)',
          [process, ids.slice(0, 3)],
        );
      }
    });
    await Promise.all(writers);
    const told = await coarser(process);
    const objects = await sql(
      `select distinct source_object_id as id from process_source_object_attribute join source_object_attribute_lkup using (source_object_attribute_id) where process_id = $1 order by 1`,
      [process],
    );
    expect(told.filter(({ granularity }) => granularity === 'object')).toEqual(
      objects.map(({ id }) => ({ granularity: 'object', id, implied: true })),
    );
  });
});
