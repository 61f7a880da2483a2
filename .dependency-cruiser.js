/**
 * The layout of src/ as a rule: `npm run check` and test/layout.test.ts run it. The same arrows hold for SQL (.sql-walls.js).
 *
 * A folder may import the folders that its foreign keys point to, all of which stand above it here, so there are no cycles.
 * What stands against an arrow is added by the folder that depends, in a second resolver class.
 */
export const arrows = {
  history: [], // knows its subjects by kind and id only
  lifecycle: [],
  actor: ['history'],
  contact: ['history'],
  location: ['history'],
  'dataset-type': ['history'],
  source: ['history', 'actor', 'contact', 'location', 'dataset-type'],
  process: ['history', 'actor', 'contact', 'dataset-type', 'source'],
  cluster: ['history', 'process'],
  catalogue: ['contact', 'location', 'dataset-type', 'source', 'process'],
  run: ['history', 'actor', 'source', 'process', 'cluster', 'lifecycle'],
  file: ['history', 'actor', 'location', 'dataset-type', 'source', 'process', 'run', 'lifecycle'],
  // Of `stage`, `dataset` and `openlineage` there is nothing yet.
  stage: ['actor', 'source', 'process', 'run', 'file'],
  dataset: ['actor', 'contact', 'location', 'dataset-type', 'source', 'process', 'run', 'file'],
  lineage: ['source', 'process', 'run'],
  live: ['actor', 'history', 'location', 'source', 'process', 'run', 'file', 'lineage'],
  openlineage: ['actor', 'source', 'process', 'run', 'file', 'lineage'],
  // Uses a server by HTTP; knows the types of inputs.
  example: ['process'],
};

const concepts = Object.keys(arrows);
const anyOf = (folders) => `^src/(${folders.join('|')})/`;
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** The parts of platform/, each of which imports those before it only. */
const layers = ['[^/]+$', 'entity/', 'read/', 'write/'];

export default {
  forbidden: [
    error(
      'platform-knows-no-concept',
      'platform/ is the ground: it imports nothing but itself.',
      { path: '^src/platform/' },
      { path: '^src/(?!platform/)' },
    ),
    ...layers
      .slice(0, -1)
      .map((layer, i) =>
        error(
          'platform-in-layers',
          'In platform/ the files themselves come first, then entity/, read/, write/: none imports what comes after it.',
          { path: `^src/platform/${layer}` },
          { path: `^src/platform/(${layers.slice(i + 1).join('|')})` },
        ),
      ),
    error('app-is-the-top', 'app/ knows all and is known by none.', { path: '^src/(?!app/)' }, { path: '^src/app/' }),
    error(
      'concepts-have-doors',
      'Files directly in the folder of a concept are its door; its sub-folders are private.',
      { path: '^src/((?!app/|platform/)[^/]+)/' },
      { path: '^src/(?!platform/|app/)[^/]+/[^/]+/', pathNot: '^src/$1/' },
    ),
    error(
      'resolvers-are-for-the-schema',
      'Only the list in app/schema.ts imports a resolver.',
      { path: '^src/', pathNot: '^src/app/schema\\.ts$' },
      { path: '\\.resolver\\.ts$' },
    ),
    error(
      'suffixes-are-roles',
      'A suffix says a role: entity, resolver, input, payload, type. A file without one is named by its verb or subject, and holds plain functions.',
      { path: '\\.(?!(entity|resolver|input|payload|type)\\.ts$)[^./]+\\.ts$' },
      {},
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
