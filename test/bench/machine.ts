import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { projectRoot } from '../../schemas/root.ts';

/** The machine and the versions: figures mean little without them. */
export const Machine = Type.Object({
  /** RFC 3339, in UTC. */
  date: Type.String(),
  /** Of the checkout, with `+` where it has changes that are not committed. */
  commit: Type.String(),
  processor: Type.String(),
  cpus: Type.Integer(),
  memory_gib: Type.Integer(),
  kernel: Type.String(),
  node: Type.String(),
  kafka: Type.String(),
  clickhouse: Type.String(),
});
export type Machine = Static<typeof Machine>;

export function thisMachine(clickhouseVersion: string, now: Date): Machine {
  const all = cpus();
  return {
    date: now.toISOString(),
    commit: commit(),
    processor: all[0]?.model.trim() ?? 'unknown processor',
    cpus: all.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    kafka: kafkaVersion(),
    clickhouse: clickhouseVersion,
  };
}

export const machineLine = (machine: Machine): string =>
  [
    `${machine.date.slice(0, 16).replace('T', ' ')} UTC`,
    `commit ${machine.commit}`,
    `${machine.cpus} × ${machine.processor}`,
    `${machine.memory_gib} GiB`,
    machine.kernel,
    `Node ${machine.node}`,
    `Kafka ${machine.kafka}`,
    `ClickHouse ${machine.clickhouse}`,
  ].join(', ');

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: projectRoot(), encoding: 'utf8', stdio: 'pipe' }).trim();

function commit(): string {
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    // A copy without git, or no git on the machine: the figures are good without it.
    return 'unknown';
  }
}

function kafkaVersion(): string {
  const jars = readdirSync(join(projectRoot(), 'deploy', 'local', 'kafka', 'target', 'jars'));
  return jars.map((name) => /^kafka_[\d.]+-(.+)\.jar$/.exec(name)?.[1]).find(Boolean) ?? 'unknown';
}
