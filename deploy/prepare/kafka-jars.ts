/** Kafka's jars, fetched by Maven: complete or not there at all. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { runStep } from './command.ts';

const POM = join(projectRoot(), 'deploy/local/kafka/pom.xml');
const TARGET = join(projectRoot(), 'deploy/local/kafka/target');
const JARS = join(TARGET, 'jars');
const STAMP = 'pom.sha256';

/** Also when pom.xml names other versions than those that were fetched. */
export function kafkaJarsAreMissing(): boolean {
  const stamp = join(JARS, STAMP);
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== pomHash();
}

/** Fetches into a directory of its own and renames it, so that a killed download is never taken as complete. */
export async function fetchKafkaJars(): Promise<void> {
  const partial = join(TARGET, `jars.partial-${process.pid}`);
  removeLeftovers();
  await runStep('fetching Kafka', 'mvn', [
    '-q',
    '-B',
    '-f',
    POM,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${partial}`,
  ]);
  writeFileSync(join(partial, STAMP), pomHash());
  rmSync(JARS, { recursive: true, force: true });
  renameSync(partial, JARS);
}

function removeLeftovers(): void {
  mkdirSync(TARGET, { recursive: true });
  for (const name of readdirSync(TARGET)) {
    if (name.startsWith('jars.partial-')) rmSync(join(TARGET, name), { recursive: true, force: true });
  }
}

function pomHash(): string {
  return createHash('sha256').update(readFileSync(POM)).digest('hex');
}
