import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isEnumType, parse, validate, type GraphQLSchema } from 'graphql';
import { buildWaybillSchema } from '../src/app/schema.js';
import { flagOf, settings } from '../src/platform/config.js';
import { followPage } from './support/follow-page.js';
import {
  allPages,
  anchorsOf,
  documentOf,
  guides,
  sends,
  stepsOf,
  tableBehind,
  unanswered,
  withoutBlocks,
  type Page,
} from './support/pages.js';

const root = new URL('../', import.meta.url);
const pageAt = (path: string): Page => allPages.find((page) => page.path === path)!;
const all = (page: Page, pattern: RegExp): string[] => [...page.text.matchAll(pattern)].map(([whole, part]) => part ?? whole);
const spansOf = ({ text }: Page): string[] => [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildWaybillSchema();
});

/** Its examples are files that tests of their own run. */
const followed = guides.filter(({ path }) => path !== 'docs/clients.md');

describe.each(followed.map((page) => [page.path, page] as const))('%s', (path, page) => {
  test('each request has its answer, each answer its request', () => {
    expect(unanswered(page)).toEqual([]);
  });

  test('is answered as the page says, one after the other', async () => {
    const answers = await followPage(page);
    if (process.env.DOCS_UPDATE) write(path, answers);
    expect(answers.length).toBeGreaterThanOrEqual(stepsOf(page).filter((step) => sends(step) && !step.mark).length);
    if (!process.env.DOCS_UPDATE)
      expect(answers.map(({ request, answered }) => [request, answered])).toEqual(answers.map(({ request, shown }) => [request, shown]));
  });
});

/** `DOCS_UPDATE=1` writes the answers that come, to be read before they are committed. */
function write(path: string, answers: Awaited<ReturnType<typeof followPage>>): void {
  let { text } = pageAt(path);
  for (const { step, answered } of answers.toReversed())
    if (step.kind === 'json') text = text.slice(0, step.at) + JSON.stringify(answered) + '\n' + text.slice(step.at + step.text.length);
  writeFileSync(new URL(path, root), text);
}

describe.each(guides.map((page) => [page.path, page] as const))('%s', (_, page) => {
  test('every request is valid', () => {
    const documents = stepsOf(page).flatMap((step) => documentOf(step) ?? []);
    const withErrors = documents.map((document) => [document, validate(schema, parse(document))] as const);
    // One is there to show what an error looks like.
    expect(withErrors.filter(([document, errors]) => errors.length && !document.includes('nme:'))).toEqual([]);
  });

  test('every query in a sentence is valid', () => {
    const queries = spansOf(page).filter(
      (span) => /^\w+\(\w+: .*[^.…]\)$/.test(span) && span.replace(/\(.*/, '') in schema.getQueryType()!.getFields(),
    );
    expect(queries.map((query) => [query, validateField(query)]).filter(([, errors]) => errors!.length)).toEqual([]);
  });

  test('every type and field that is named exists', () => {
    const missing = spansOf(page).filter((span) => {
      const [, type, field] = /^([A-Z][a-z]\w*)(?:\.([a-z]\w*))?$/.exec(span) ?? [];
      if (!type || ofOthers.has(type)) return false;
      const known = schema.getType(type);
      return !known || (field !== undefined && !('getFields' in known && field in known.getFields()));
    });
    expect(missing).toEqual([]);
  });
});

/** Words in backticks that look like types of the API and are none. */
const ofOthers = new Set(['EventSource', 'Origin', 'Forwarded', 'Via', 'Authorization']);

function validateField(text: string): readonly Error[] {
  const errors = validate(schema, parse(`{ ${text} { __typename } }`));
  return errors.some(({ message }) => /must not have a selection/.test(message)) ? validate(schema, parse(`{ ${text} }`)) : errors;
}

describe.each(allPages.map((page) => [page.path, page] as const))('%s', (path, page) => {
  test('every file and heading that is linked exists', () => {
    const links = all({ path, text: withoutBlocks(page.text).replaceAll(/`[^`\n]*`/g, '') }, /\]\((?!https?:|mailto:)([^)\s]+)\)/g);
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file ? new URL(file, new URL(path, root)) : new URL(path, root);
      if (!existsSync(target)) return true;
      const known = allPages.find((each) => new URL(each.path, root).href === target.href);
      return anchor !== undefined && !(known && anchorsOf(known).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  test('every script of npm that is named exists', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: Record<string, string> };
    expect(all(page, /npm (?:run )?(start|test(?!:)|(?<=run )[\w:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('every setting that is named exists', () => {
  // Two are of the commands that are clients.
  const known = new Set<string>(['WAYBILL_URL', 'WAYBILL_KEY', ...Object.values(settings).map(({ variable }) => variable)]);
  for (const page of guides)
    expect([page.path, all(page, /\bWAYBILL_[A-Z_]+/g).filter((name) => !known.has(name))]).toEqual([page.path, []]);
});

test('the table of settings is the list in platform/config.ts', () => {
  expect(tableBehind(pageAt('docs/configuration.md'), 'settings')).toEqual(
    Object.values(settings).map((setting) => [
      `\`${setting.variable}\`, \`${flagOf(setting.variable)}\``,
      setting.default === undefined ? 'none' : `\`${setting.default}\``,
      setting.does,
      setting.allowed,
    ]),
  );
});

test('the tables of values are the lists in the API', () => {
  const tables = guides.flatMap((page) => all(page, /<!-- values: (\w+) -->/g).map((name) => [page, name] as const));
  expect(tables.map(([, name]) => name)).toEqual(expect.arrayContaining(['StartOutcome', 'ClaimOutcome', 'RunState', 'RunGroupState']));
  for (const [page, name] of tables) {
    const type = schema.getType(name);
    const values = isEnumType(type) ? type.getValues().map((value) => `\`${value.name}\``) : [];
    expect([
      name,
      tableBehind(page, `values: ${name}`)
        ?.map(([first]) => first)
        .sort(),
    ]).toEqual([name, values.sort()]);
  }
});

test('the glossary names types and fields of the API', () => {
  const rows = tableBehind(pageAt('docs/concepts.md'), 'glossary')!;
  const names = rows.flatMap(([, , names]) => [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
  expect(names.length).toBeGreaterThan(rows.length / 2);
  const fields = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!].map((type) => type.getFields());
  const known = (name: string) => {
    const [type, field] = name.split('.');
    const found = schema.getType(type!);
    if (!found) return fields.some((each) => name in each);
    return field === undefined || (isEnumType(found) ? Boolean(found.getValue(field)) : 'getFields' in found && field in found.getFields());
  };
  expect(names.filter((name) => !known(name))).toEqual([]);
});

test('README fits in 300 lines and names every page', () => {
  const readme = pageAt('README.md');
  expect(readme.text.trimEnd().split('\n').length).toBeLessThanOrEqual(300);
  const linked = all(readme, /\]\((docs\/\w+\.md)/g);
  expect(allPages.filter(({ path }) => /^docs\/\w+\.md$/.test(path) && !linked.includes(path)).map(({ path }) => path)).toEqual([]);
});
