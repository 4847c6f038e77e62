import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile, projectRoot } from '../../../schemas/root.ts';
import { inTemporaryDir } from '../local/temporary-dir.ts';
import { configProblems } from '../process-config.ts';
import { describeWith, systemdAnalyze } from '../tools/programs.ts';

const FOLDER = join(projectRoot(), 'deploy/systemd');
const UNITS = ['consumer@', 'aggregator@', 'alerts@', 'gate@', 'api@', 'setup'].map(
  (name) => `api-credits-${name}.service`,
);
const unitText = (name: string): string => projectFile('deploy', 'systemd', name);
const DROP_IN = unitText('api-credits-.service.d/hardened.conf');
/** The most that `systemd-analyze security` may say, of 100. */
const EXPOSURE = '20';

const valuesOf = (text: string, key: string): string[] =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
const assignments = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** What systemd gives the unit's programs, as instance 1. */
function environmentOf(text: string): Record<string, string> {
  const shared = unitText('api-credits.env')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
  const own = [...valuesOf(DROP_IN, 'Environment'), ...valuesOf(text, 'Environment')];
  return assignments(
    [...shared, ...own].map((line) => line.replaceAll('%i', '1').replaceAll('%d', '/run/credentials')),
  );
}

/** The units with instances, and with this machine's Node. */
async function inUnitFolder(work: (names: string[], dir: string) => Promise<void>): Promise<void> {
  await inTemporaryDir(async (dir) => {
    cpSync(FOLDER, dir, { recursive: true });
    for (const name of readdirSync(dir).filter((each) => each.endsWith('.service'))) {
      const text = readFileSync(join(dir, name), 'utf8').replaceAll('/usr/bin/node', process.execPath);
      writeFileSync(join(dir, name.replace('@', '@1')), text);
      writeFileSync(join(dir, name), text);
    }
    await work(
      UNITS.map((name) => join(dir, name.replace('@', '@1'))),
      dir,
    );
  });
}

describeWith(await systemdAnalyze(), 'the systemd units', (analyze) => {
  it('are valid', async () => {
    await inUnitFolder(async (names, dir) => {
      const units = [join(dir, 'api-credits.target'), ...names];
      expect(await analyze(['verify', '--man=no', ...units], dir)).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    });
  });

  it('can do little more than reach the network', async () => {
    await inUnitFolder(async (names, dir) => {
      for (const name of names) {
        const options = ['--offline=yes', `--threshold=${EXPOSURE}`, '--no-pager'];
        const { code, stdout, stderr } = await analyze(['security', ...options, name], dir);
        const overall = expect.stringContaining('Overall exposure level');
        expect([name, code, stdout + stderr]).toEqual([name, 0, overall]);
      }
    });
  });
});

describe('the systemd units', () => {
  it('give each program a configuration that it accepts', () => {
    const problems = UNITS.flatMap((name) => {
      const text = unitText(name);
      return valuesOf(text, 'ExecStart').map((command) => [
        command,
        configProblems(command.replace('/usr/bin/node ', ''), environmentOf(text)),
      ]);
    });
    expect(problems).toEqual([
      ['/usr/bin/node consumers/main.ts', []],
      ['/usr/bin/node aggregator/main.ts', []],
      ['/usr/bin/node alerts/main.ts', []],
      ['/usr/bin/node gate/main.ts', []],
      ['/usr/bin/node api/main.ts', []],
      ['/usr/bin/node cli/topics.ts', []],
      ['/usr/bin/node cli/migrate.ts', []],
    ]);
  });

  it('load every secret that they name as a credential', () => {
    for (const name of [...UNITS, 'kafka-login.conf']) {
      const text = unitText(name);
      const loaded = valuesOf(text, 'LoadCredential').map((value) => value.split(':')[0]);
      const named = valuesOf(text, 'Environment').flatMap((value) => /=%d\/(.*)$/.exec(value)?.[1] ?? []);
      expect([name, named]).toEqual([name, loaded]);
    }
  });

  it('start again for as long as it takes, and let a process stop by itself', () => {
    expect(valuesOf(DROP_IN, 'StartLimitIntervalSec')).toEqual(['0']);
    const processes = UNITS.filter((name) => name.includes('@'));
    expect(processes.map((name) => valuesOf(unitText(name), 'Restart'))).toEqual(
      processes.map(() => ['always']),
    );
    const { STOP_TIMEOUT_MS } = assignments(valuesOf(DROP_IN, 'Environment'));
    const [seconds = ''] = valuesOf(DROP_IN, 'TimeoutStopSec');
    expect(Number.parseInt(seconds, 10) * 1_000).toBeGreaterThan(Number(STOP_TIMEOUT_MS));
  });
});
