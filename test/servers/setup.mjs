/** Before all suites: a fresh build, and one Kafka and one ClickHouse where a suite that needs them is selected. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from '../../deploy/prepare.mjs';

/** Jest hands over its configuration; what is exported is its convention. */
export default async function setup(globalConfig, projectConfig) {
  // Servers that run already may be given, for quick repeats of one suite.
  const given = process.env.TEST_KAFKA_BROKERS && process.env.TEST_CLICKHOUSE_URL;
  const needsServers = !given && selectsServerSuites(globalConfig, projectConfig.rootDir);
  await prepare({ needsKafka: needsServers && process.env.TEST_SERVERS !== 'containers' });
  // Compiled by the line above: jest does not transform what its setup imports.
  const { startTestRun } = await import('../../dist/test/servers/test-run.js');
  const run = await startTestRun(needsServers, process.env.TEST_SERVERS);
  Object.assign(process.env, run.env);
  if (run.chosen) console.error(`\nservers: ${run.chosen.way}\nnot run: ${run.chosen.notRun}`);
  globalThis.testRun = run;
}

function selectsServerSuites(globalConfig, rootDir) {
  const selected = globalConfig.runTestsByPath
    ? (path) => globalConfig.nonFlagArgs.some((arg) => path.endsWith(arg))
    : (path) => globalConfig.testPathPatterns.toExecutor({ rootDir }).isMatch(path);
  return readdirSync(join(rootDir, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.int.test.ts'))
    .some((name) => selected(join(rootDir, 'test', name)));
}
