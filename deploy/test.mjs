/**
 * `npm test [-- JEST ARGUMENTS]`: types, lint, format and every suite.
 * The last line is `N passed, N failed`: jest's tests, and a failed preparation, check, crash or leak as one failed
 * each.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { endCommandsOnSignal, runCommand } from './prepare/command.mjs';
import { inRoot, root } from './prepare/root.mjs';

const CHECKS = [
  {
    name: 'types and lint',
    program: 'oxlint/bin/oxlint',
    options: ['--type-aware', '--type-check', '--deny-warnings'],
  },
  { name: 'format', program: 'oxfmt/bin/oxfmt', options: ['--check'] },
];

try {
  await prepare({ needsKafka: process.env.TEST_SERVERS !== 'containers' });
} catch (error) {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const failedChecks = await runChecks();
const suites = await runSuites(process.argv.slice(2));
for (const line of suites.notRun) console.log(`not run: ${line}`);
const allFailed = failedChecks + suites.failed;
console.log(`${suites.passed} passed, ${allFailed} failed`);
process.exitCode = allFailed === 0 ? 0 : 1;

async function runChecks() {
  const stopListening = endCommandsOnSignal();
  const results = await Promise.all(
    CHECKS.map(async ({ name, program, options }) => {
      const startedAt = Date.now();
      const { code, output } = await runCommand(process.execPath, [
        inRoot('node_modules', program),
        ...options,
      ]);
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
      console.log(code === 0 ? `${name}: ok (${seconds} s)` : `${name}: FAILED\n${output.trim()}`);
      return code === 0;
    }),
  );
  stopListening();
  return results.filter((ok) => !ok).length;
}

async function runSuites(args) {
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
function runJest(args) {
  const jest = spawn(process.execPath, [inRoot('node_modules/jest/bin/jest.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => jest.kill('SIGTERM'));
  process.on('SIGHUP', () => jest.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    jest.on('error', reject);
    jest.on('close', (code, signal) => resolve(code ?? signal));
  });
}

function count(results, code) {
  const skipped = results.testResults
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
  return { passed: results.numPassedTests, failed, notRun: skipped };
}

function crashed(code) {
  console.log(`jest ended without results (${code})`);
  return { passed: 0, failed: 1, notRun: [] };
}
