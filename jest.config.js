import { availableParallelism } from 'node:os';

/** Jest runs the TypeScript sources as ES modules through swc, which keeps decorator metadata. */
export default {
  testEnvironment: 'node',
  // Jest alone takes one core less than there are, on two cores one; a test file waits for PostgreSQL half of its time. More than four are too
  // many connections for the one server that all share.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2024',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  reporters: ['default', '<rootDir>/test/support/last-line-reporter.js'],
  setupFilesAfterEnv: ['<rootDir>/test/support/has-assertions.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Stops what hangs; how long a test may take on a busy machine is not what it proves.
  testTimeout: 240_000,
};
