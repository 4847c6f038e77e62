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
  testTimeout: 30_000,
  // One at a time: the suites share the servers and wait for things within limits.
  maxWorkers: 1,
  globalSetup: '<rootDir>/test/servers/setup.mjs',
  globalTeardown: '<rootDir>/test/servers/teardown.mjs',
};
