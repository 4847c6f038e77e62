import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectFile, projectRoot } from '../../schemas/root.ts';
import { run, type Outcome } from './programs.ts';

const FOLDER = join(projectRoot(), 'conformance');
const FETCH_MS = 120_000;
/** Compiling Go's standard library and franz-go for the first time takes a minute of a processor's time. */
export const BUILD_MS = 600_000;

/** A publisher of the conformance kit. */
export interface ForeignPublisher {
  readonly language: string;
  /** Where its sources are and it runs. */
  readonly folder: string;
  /** The program and its first arguments. */
  readonly command: readonly string[];
  /** Why it cannot be run on this machine; undefined where it can. */
  readonly notRun: string | undefined;
  /** @throws with the compiler's output: an error of ours */
  build(): Promise<void>;
}

/** What this machine has not or cannot fetch is a reason not to run; what is fetched and damaged is an error. */
export async function foreignPublishers(): Promise<ForeignPublisher[]> {
  return Promise.all([python(), go(), java()]);
}

async function python(): Promise<ForeignPublisher> {
  const folder = join(FOLDER, 'python');
  const venv = join(folder, '.venv');
  const program = join(venv, 'bin/python');
  const stamp = join(venv, 'requirements.stamp');
  const { stdout: version } = await run(['python3', '--version'], { cwd: folder });
  const wanted = version + hashOf(['conformance/python/requirements.txt']);
  const steps = [
    ['python3', '-m', 'venv', '--clear', venv],
    [program, '-m', 'pip', 'install', '-q', '--retries=1', '--require-hashes', '-r', 'requirements.txt'],
  ];
  const notRun = isStamped(stamp, wanted) ? undefined : await fetchBy(steps, folder);
  if (notRun === undefined) writeFileSync(stamp, wanted);
  return { language: 'Python', folder, command: [program, 'publish.py'], notRun, build: nothing };
}

async function go(): Promise<ForeignPublisher> {
  const folder = join(FOLDER, 'go');
  const command = [join(folder, 'target/publish')];
  const notRun = await fetchBy([['go', 'mod', 'download']], folder);
  // Go's own cache says what is up to date.
  const build = (): Promise<void> => compile(['go', 'build', '-o', 'target/publish', '.'], folder);
  return { language: 'Go', folder, command, notRun, build };
}

async function java(): Promise<ForeignPublisher> {
  const folder = join(FOLDER, 'java');
  const home = process.env['JAVA_HOME'];
  const bin = (name: string): string => (home ? join(home, 'bin', name) : name);
  const command = [bin('java'), '-cp', ['target/classes', 'target/jars/*'].join(delimiter), 'Publish'];
  const missing = await fetchBy(
    [
      [bin('javac'), '-version'],
      ['mvn', '--version'],
    ],
    folder,
  );
  const stamp = join(folder, 'target/sources.sha256');
  const sources = ['CallEvents', 'Publish', 'Verify'].map((name) => `src/main/java/${name}.java`);
  const wanted = hashOf(['pom.xml', ...sources].map((file) => `conformance/java/${file}`));
  const build = async (): Promise<void> => {
    if (isStamped(stamp, wanted)) return;
    await compile(['mvn', '-q', '-B', 'clean', 'compile'], folder);
    mkdirSync(join(folder, 'target'), { recursive: true });
    writeFileSync(stamp, wanted);
  };
  return { language: 'Java', folder, command, notRun: missing, build };
}

/** @returns the first step that fails, and why. @throws where a package is not the one that was pinned */
async function fetchBy(steps: readonly (readonly string[])[], cwd: string): Promise<string | undefined> {
  for (const step of steps) {
    const outcome = await run(step, { cwd, timeoutMs: FETCH_MS });
    if (/do not match the hashes|checksum mismatch|SECURITY ERROR/i.test(outcome.stderr))
      throw new Error(failure(step, outcome));
    if (outcome.code !== 0) return reasonOf(step, outcome);
  }
  return undefined;
}

async function compile(step: readonly string[], cwd: string): Promise<void> {
  const outcome = await run(step, { cwd, timeoutMs: BUILD_MS });
  if (outcome.code !== 0) throw new Error(failure(step, outcome));
}

/** One line: it becomes part of a test's name. */
function reasonOf(step: readonly string[], { code, stderr }: Outcome): string {
  const [program = ''] = step;
  if (code === 'not found') return `${program} is not installed`;
  return `"${step.slice(0, 4).join(' ')}" failed (${code}): ${stderr.trim().split('\n').at(-1)?.slice(0, 200)}`;
}

const failure = (step: readonly string[], { code, stdout, stderr }: Outcome): string =>
  `${step.join(' ')} failed (${code}):\n${stdout}${stderr}`;

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(projectFile(file));
  return hash.digest('hex');
}

const isStamped = (stamp: string, wanted: string): boolean =>
  existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

const nothing = (): Promise<void> => Promise.resolve();
