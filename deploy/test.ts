/**
 * `npm test [-- JEST ARGUMENTS]`: layers, types, lint, format and every suite.
 * The last line is `N passed, N failed`: jest's tests, and a failed preparation, check, crash or leak as one failed
 * each.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../schemas/root.ts';
import { runChecks } from './checks.ts';
import { prepare } from './prepare.ts';

/** What is read of jest's results. */
interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly JestAssertion[] }[];
}

interface JestAssertion {
  readonly status: string;
  readonly title: string;
  readonly ancestorTitles: readonly string[];
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** The names of tests that were skipped. */
  readonly notRun: readonly string[];
}

console.error(`Node ${process.version} (${process.execPath})`);
try {
  await prepare({ needsKafka: process.env['TEST_SERVERS'] !== 'containers' });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const failedChecks = await runChecks();
const suites = await runSuites(process.argv.slice(2));
for (const line of suites.notRun) console.log(`not run: ${line}`);
const allFailed = failedChecks + suites.failed;
console.log(`${suites.passed} passed, ${allFailed} failed`);
process.exitCode = allFailed === 0 ? 0 : 1;

async function runSuites(args: readonly string[]): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'api-credits-test-'));
  const outputFile = join(dir, 'jest.json');
  try {
    const code = await runJest(['--json', `--outputFile=${outputFile}`, ...args]);
    return existsSync(outputFile) ? count(JSON.parse(readFileSync(outputFile, 'utf8')), code) : crashed(code);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** In this process's group and on its terminal: Ctrl-C reaches it, and it ends its servers before this one ends. */
function runJest(args: readonly string[]): Promise<number | string> {
  const jest = spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...args], {
    cwd: projectRoot(),
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => jest.kill('SIGTERM'));
  process.on('SIGHUP', () => jest.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    jest.on('error', reject);
    jest.on('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
}

function count(results: JestResults, code: number | string): Outcome {
  const notRun = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(' > '));
  let failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  if (results.numPassedTests + failed === 0) {
    console.log('no test was run');
    failed = 1;
  }
  // For example a process that the run left behind, found after the last test.
  if (failed === 0 && code !== 0) failed = 1;
  return { passed: results.numPassedTests, failed, notRun };
}

function crashed(code: number | string): Outcome {
  console.log(`jest ended without results (${code})`);
  return { passed: 0, failed: 1, notRun: [] };
}
