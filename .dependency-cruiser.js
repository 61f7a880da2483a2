/**
 * The layout of src/ as a rule: `npm run check` and test/layout.test.ts run it.
 *
 * A folder may import the folders that its foreign keys point to, all of which stand above it here, so there are no cycles.
 * What stands against an arrow is added by the folder that depends, in a second resolver class.
 */
const arrows = {
  actor: [],
  history: [], // knows its subjects by kind and id only
  contact: [],
  location: [],
  'dataset-type': [],
  source: ['actor', 'contact', 'location', 'dataset-type'],
  process: ['actor', 'contact', 'location', 'dataset-type', 'source'],
  run: ['actor', 'process', 'source'],
  extract: ['actor', 'location', 'dataset-type', 'source', 'process', 'run'],
  stage: ['actor', 'source', 'process', 'run', 'extract'],
  dataset: ['actor', 'contact', 'location', 'dataset-type', 'source', 'process', 'run', 'extract'],
  lineage: ['source', 'process', 'run'],
  live: ['actor', 'history', 'location', 'source', 'process', 'run', 'extract', 'lineage'],
  openlineage: ['actor', 'source', 'process', 'run', 'extract', 'lineage'],
};

const concepts = Object.keys(arrows);
const anyOf = (folders) => `^src/(${folders.join('|')})/`;
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    error(
      'platform-knows-no-concept',
      'platform/ is the ground: it imports nothing but itself.',
      { path: '^src/platform/' },
      { path: '^src/(?!platform/)' },
    ),
    error('app-is-the-top', 'app/ knows all and is known by none.', { path: '^src/(?!app/)' }, { path: '^src/app/' }),
    error(
      'concepts-show-data-only',
      'A concept imports from another only its *.entity.ts, *.service.ts, *.view.ts and *.input.ts.',
      { path: '^src/((?!app/|platform/)[^/]+)/' },
      { path: '^src/(?!platform/|app/)', pathNot: ['^src/$1/', '\\.(entity|service|view|input)\\.ts$'] },
    ),
    ...concepts.map((concept) =>
      error(
        `${concept}-follows-its-foreign-keys`,
        `src/${concept}/ may import ${['platform', ...arrows[concept]].join(', ')}; see the list of arrows in .dependency-cruiser.js.`,
        { path: `^src/${concept}/` },
        { path: '^src/', pathNot: anyOf([concept, 'platform', ...arrows[concept]]) },
      ),
    ),
    error(
      'folders-are-listed',
      'A new folder needs a line in the list of arrows in .dependency-cruiser.js.',
      { path: '^src/', pathNot: anyOf(['app', 'platform', ...concepts]) },
      {},
    ),
    error(
      'no-cycles',
      'Decorators of a class in a cycle find each other undefined when they load.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    {
      ...error(
        'no-cycles-of-folders',
        'What two folders need of each other belongs into one of them, or into a third.',
        {},
        { circular: true },
      ),
      scope: 'folder',
    },
    error(
      'no-barrels',
      'Import a thing from the file that makes it, not from one that passes it on.',
      {},
      { path: '^src/', dependencyTypes: ['export'] },
    ),
  ],
  options: {
    includeOnly: '^src/',
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: they tie folders together as well.
    tsPreCompilationDeps: true,
  },
};
