/** Before all suites: a prepared checkout, and one Kafka and one ClickHouse where a suite that needs them is selected. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare } from '../../deploy/prepare.ts';
import { findChromium, installChromium } from '../../deploy/prepare/chromium.ts';
import { startTestRun } from './test-run.ts';

/** Jest hands over its configuration; what is exported is its convention. */
export default async function setup(globalConfig, projectConfig) {
  // Servers that run already may be given, for quick repeats of one suite.
  const given = process.env.TEST_KAFKA_BROKERS && process.env.TEST_CLICKHOUSE_URL;
  const suites = selectedSuites(globalConfig, projectConfig.rootDir);
  const needsServers = !given && suites.some((name) => name.endsWith('.int.test.ts'));
  await prepare({ needsKafka: needsServers && process.env.TEST_SERVERS !== 'containers' });
  const run = await startTestRun(needsServers, process.env.TEST_SERVERS);
  Object.assign(process.env, run.env);
  if (run.chosen) console.error(`\nservers: ${run.chosen.way}\nnot run: ${run.chosen.notRun}`);
  globalThis.testRun = run;
  if (suites.some((name) => name.startsWith('dashboard/'))) await installChromium();
  // Suites that need a browser are skipped, and named, where there is none.
  process.env.CHROMIUM_PATH = findChromium() ?? '';
}

/** Their paths within test/. */
function selectedSuites(globalConfig, rootDir) {
  const selected = globalConfig.runTestsByPath
    ? (path) => globalConfig.nonFlagArgs.some((arg) => path.endsWith(arg))
    : (path) => globalConfig.testPathPatterns.toExecutor({ rootDir }).isMatch(path);
  return readdirSync(join(rootDir, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => selected(join(rootDir, 'test', name)));
}
