import { join } from 'node:path';
import { runCommand } from '../../deploy/prepare/command.ts';
import { projectRoot } from '../../schemas/root.ts';
import { cpuSecondsOfEnded } from './cpu.ts';

export interface JavaRun {
  /** By the tool's own clock, without the start of the JVM. */
  readonly seconds: number;
  /** Of the whole process; undefined where there is no /proc. */
  readonly cpuSeconds: number | undefined;
}

/**
 * Runs Kafka's producer performance tool: values of random letters, without a key, acknowledged by all replicas.
 * @throws with the tool's output
 */
export async function runJavaProducer(
  brokers: string,
  topic: string,
  records: number,
  recordBytes: number,
): Promise<JavaRun> {
  const before = cpuSecondsOfEnded();
  const { code, output } = await runCommand('java', [
    '-cp',
    join(projectRoot(), 'deploy/local/kafka/target/jars/*'),
    'org.apache.kafka.tools.ProducerPerformance',
    '--bootstrap-server',
    brokers,
    '--topic',
    topic,
    '--num-records',
    String(records),
    '--record-size',
    String(recordBytes),
    '--throughput',
    '-1',
    '--command-property',
    'acks=all',
  ]);
  // The last line: 200000 records sent, 120481.9 records/sec (…
  const [, sent, rate] =
    [...output.matchAll(/^(\d+) records sent, ([\d.]+) records\/sec/gm)].findLast(
      ([, count]) => Number(count) === records,
    ) ?? [];
  if (code !== 0 || sent === undefined)
    throw new Error(`Kafka's producer performance tool ended with ${code}:\n${output.slice(-2_000)}`);
  const after = cpuSecondsOfEnded();
  return {
    seconds: records / Number(rate),
    cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
  };
}
