/** Suites run as native ES modules; swc only strips the types, `tsc` checks them. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['**/*.test.ts'],
  // Of a busy two-core machine, which runs the servers as well.
  testTimeout: 60_000,
  // Suites wait more than they compute: for servers that start, for records that land.
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/servers/setup.mjs',
  globalTeardown: '<rootDir>/test/servers/teardown.mjs',
};
