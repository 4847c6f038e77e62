export default {
  // Suites run in a few threads of plain Node: jest's own runner loads every module anew for every suite.
  runner: 'jest-light-runner',
  setupFilesAfterEnv: ['<rootDir>/test/servers/worker.mjs'],
  roots: ['<rootDir>/test'],
  testSequencer: '<rootDir>/test/servers/sequencer.mjs',
  testMatch: ['**/*.test.ts'],
  // Suites wait more than they compute: for servers that start, for records that land.
  maxWorkers: 3,
  globalSetup: '<rootDir>/test/servers/setup.mjs',
  globalTeardown: '<rootDir>/test/servers/teardown.mjs',
};
