import { readdirSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';

/** Describes the machine and the versions: figures mean little without them. */
export function machineLine(clickhouseVersion: string, now: Date): string {
  const [first, ...others] = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return [
    now.toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    `${others.length + 1} × ${first?.model.trim() ?? 'unknown processor'}`,
    `${memoryGiB} GiB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `Kafka ${kafkaVersion()}`,
    `ClickHouse ${clickhouseVersion}`,
  ].join(', ');
}

function kafkaVersion(): string {
  const jars = readdirSync(join(projectRoot(), 'deploy', 'local', 'kafka', 'target', 'jars'));
  return jars.map((name) => /^kafka_[\d.]+-(.+)\.jar$/.exec(name)?.[1]).find(Boolean) ?? 'unknown';
}
