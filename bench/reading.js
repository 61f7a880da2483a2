import { deepStrictEqual } from 'node:assert/strict';
import autocannon from 'autocannon';
import { processName } from './catalogue.js';
import { ask } from './servers.js';
import { median, spread } from './statistics.js';

// The same questions for both, each in its own words; aliases make the answers equal.

export const ours = {
  fields: `name description sourceObjects { nodes { name description source { name }
    attributes { nodes { name description length isKey ordinal } } } }`,
  page: (fields) => `query($after: String) { page: processes(first: 50, after: $after) { nodes { ${fields} } pageInfo { endCursor } } }`,
  one: (fields) => `query($name: String!) { process(name: $name) { ${fields} } }`,
};
/** The same in three fragments, one in the other, under different flags. */
const inFragments = {
  ...ours,
  fields: '...Described ...Inputs @skip(if: false)',
  page: (fields) => `${ours.page(fields)}
    fragment Described on Process { name description }
    fragment Inputs on Process { sourceObjects { nodes { ...Object @include(if: true) } } }
    fragment Object on SourceObject { name description source { name } attributes { nodes { name description length isKey ordinal } } }`,
};
export const theirs = {
  fields: `name: processName description sourceObjects: processSourceObjectsByProcessId { nodes { object: sourceObjectLkupBySourceObjectId {
    name: sourceObjectName description source: sourceLkupBySourceId { name: sourceName }
    attributes: sourceObjectAttributeLkupsBySourceObjectId { nodes {
      name: sourceObjectAttributeName description length: dataLength isKey ordinal } } } } }`,
  page: (fields) =>
    `query($after: Cursor) { page: allProcesses(first: 50, after: $after, orderBy: PROCESS_NAME_ASC) { nodes { ${fields} } pageInfo { endCursor } } }`,
  one: (fields) => `query($name: String!) { process: processByProcessName(processName: $name) { ${fields} } }`,
};

/** PostGraphile has an object behind its link. */
const withoutLinks = (process) => ({ ...process, sourceObjects: { nodes: process.sourceObjects.nodes.map(({ object }) => object) } });

/** Request bodies for the pages of the catalogue, one after the other, and the processes of all answers. */
export async function pagesOf(server, { fields, page }, pages) {
  const query = page(fields);
  const bodies = [];
  const answers = [];
  for (let after = null; bodies.length < pages;) {
    const body = JSON.stringify({ query, variables: { after } });
    const { page: answer } = await ask(server, body);
    bodies.push(body);
    answers.push(...answer.nodes);
    after = answer.pageInfo.endCursor;
  }
  return { bodies, answers };
}

/** The same for processes by name. */
export async function namesOf(server, { fields, one }, names) {
  const query = one(fields);
  const bodies = names.map((name) => JSON.stringify({ query, variables: { name } }));
  const answers = [];
  for (const body of bodies) answers.push((await ask(server, body)).process);
  return { bodies, answers };
}

/** Requests a second, over eight connections. */
async function rate(server, bodies, seconds) {
  const result = await autocannon({
    url: server.url,
    connections: 8,
    duration: seconds,
    requests: bodies.map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })),
  });
  if (result.errors || result.non2xx) throw new Error(`${server.url}: ${result.errors} errors, ${result.non2xx} answers other than 200`);
  return result['2xx'] / result.duration;
}

/** Requests a second of two sides that take turns. */
async function alternately(sides, quick, seconds) {
  const names = Object.keys(sides);
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  const rounds = quick ? 3 : 8;
  for (let round = 0; round <= rounds; round++)
    for (const name of round % 2 ? names : names.toReversed()) {
      const [server, { bodies }] = sides[name];
      const perSecond = await rate(server, bodies, quick ? 1 : seconds);
      // The first round warms up: compilers, caches, connections.
      if (round > 0) rates[name].push(perSecond);
    }
  return rates;
}

/** Reading over HTTP, Waybill's server against PostGraphile's on the same database. */
export async function measureReading({ waybill, postgraphile, processes, quick, log }) {
  const pages = processes / 50;
  const names = Array.from({ length: Math.min(processes, 200) }, (_, i) => processName(((i * 7) % processes) + 1));
  const measures = [
    {
      measure: 'nested catalogue query: 50 processes, their 3 objects, 20 attributes each',
      gather: pagesOf,
      of: pages,
      seconds: 3,
      target: 1.4,
    },
    { measure: 'one process by name, same nesting', gather: namesOf, of: names, seconds: 2, target: 0.9 },
  ];
  const results = [];
  for (const { measure, gather, of, seconds, target } of measures) {
    log(measure);
    const our = await gather(waybill, ours, of);
    const their = await gather(postgraphile, theirs, of);
    deepStrictEqual(our.answers, their.answers.map(withoutLinks));
    const rates = await alternately({ ours: [waybill, our], theirs: [postgraphile, their] }, quick, seconds);
    const ratios = rates.ours.map((each, i) => each / rates.theirs[i]);
    results.push({
      measure,
      value: median(ratios),
      unit: 'times the requests/s',
      against: 'PostGraphile on the same database, 8 connections',
      target: { atLeast: target },
      note: `${spread(rates.ours)} against ${spread(rates.theirs)} requests/s; ratios ${spread(ratios)}`,
    });
  }
  return [...results, await measureFragments({ waybill, pages, quick, log })];
}

/** What fragments and flags cost: both are written out before a query is compiled. */
async function measureFragments({ waybill, pages, quick, log }) {
  const measure = 'nested catalogue query in three fragments with flags';
  log(measure);
  const plain = await pagesOf(waybill, ours, pages);
  const fragments = await pagesOf(waybill, inFragments, pages);
  deepStrictEqual(fragments.answers, plain.answers);
  const rates = await alternately({ fragments: [waybill, fragments], plain: [waybill, plain] }, quick, 3);
  const ratios = rates.fragments.map((each, i) => each / rates.plain[i]);
  return {
    measure,
    value: median(ratios),
    unit: 'times the requests/s',
    against: 'the same query without fragments, 8 connections',
    target: { atLeast: 0.9 },
    note: `${spread(rates.fragments)} against ${spread(rates.plain)} requests/s; ratios ${spread(ratios)}`,
  };
}
