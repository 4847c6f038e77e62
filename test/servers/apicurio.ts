import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from '../../deploy/local/child.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { projectRoot } from '../../schemas/root.ts';
import { until } from '../until.ts';
import { runDataDir } from './addresses.ts';

/** A schema registry that is not ours: Apicurio Registry, with its schemas in memory. */
export interface Apicurio {
  /** Of its Confluent-compatible API. */
  readonly url: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
/** The last version for Java 17. */
const VERSION = '2.6.13.Final';
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const FETCH_MS = 240_000;
const READY_MS = 120_000;
const STOP_MS = 5_000;

/**
 * Its program, 130 MB from Maven Central, fetched once for a checkout: complete or not there at all.
 * @returns undefined where it cannot be had
 */
export async function apicurioProgram(): Promise<string | undefined> {
  const folder = join(projectRoot(), `.node/test-apicurio-${VERSION}`);
  const program = `apicurio-registry-app-${VERSION}-runner.jar`;
  if (!existsSync(folder)) await fetchTo(folder);
  return existsSync(folder) ? join(folder, program) : undefined;
}

async function fetchTo(folder: string): Promise<void> {
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const options = [
    `-Dartifact=io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`,
    `-DoutputDirectory=${partial}`,
    `-DmarkersDirectory=${join(partial, 'markers')}`,
  ];
  try {
    await run('mvn', ['-q', '-B', `${PLUGIN}:unpack`, ...options], { timeout: FETCH_MS, cwd: partial });
    renameSync(partial, folder);
  } catch {
    // Without Maven or its registry: the suite names what it does not run.
    rmSync(partial, { recursive: true, force: true });
  }
}

export async function startApicurio(program: string): Promise<Apicurio> {
  const port = await freePort();
  const home = process.env['JAVA_HOME'];
  const child = await startChild({
    name: 'apicurio',
    command: home ? join(home, 'bin', 'java') : 'java',
    args: [
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      '-jar',
      program,
    ],
    dataDir: runDataDir(),
  });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const answers = async (): Promise<boolean> => (await fetch(`${url}/subjects`)).ok;
  try {
    await until('Apicurio answers', answers, READY_MS);
  } catch (error) {
    await child.stop(STOP_MS);
    throw error;
  }
  return { url, stop: () => child.stop(STOP_MS) };
}
