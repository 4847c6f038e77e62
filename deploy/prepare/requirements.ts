/** What a machine must have beside Node: Java where a Kafka is run, Maven where its jars are to be fetched. */
import { join } from 'node:path';
import { runCommand } from './command.ts';

const JAVA_AT_LEAST = 17;
const OTHERWISE = 'or set KAFKA_BROKERS to use a Kafka that runs elsewhere';

/** @returns everything that is missing, one plain sentence each; empty when all is there */
export async function missingRequirements(needed: {
  readonly java: boolean;
  readonly maven: boolean;
}): Promise<string[]> {
  const answers = await Promise.all([
    needed.java ? javaUnusable() : undefined,
    needed.maven ? mavenUnusable() : undefined,
  ]);
  return answers.filter((answer) => answer !== undefined);
}

async function javaUnusable(): Promise<string | undefined> {
  const home = process.env['JAVA_HOME'];
  const program = home ? join(home, 'bin', 'java') : 'java';
  const how = `install it (Debian, Ubuntu: "apt-get install openjdk-17-jre-headless"; macOS: "brew install openjdk@17"), ${OTHERWISE}`;
  const { code, output } = await runCommand(program, ['-version']);
  if (code === 'not found')
    return `Java ${JAVA_AT_LEAST} or later is needed to run Kafka, but there is no ${program}: ${how}`;
  if (code !== 0)
    return `Java does not work, "${program} -version" failed (${code}): ${output.trim()}\nFix it or ${how}`;
  const version = javaMajor(output);
  if (version >= JAVA_AT_LEAST) return undefined;
  return `Java ${JAVA_AT_LEAST} or later is needed to run Kafka, ${program} is ${version || output.trim()}: ${how}`;
}

/** From `openjdk version "17.0.15"`; the old scheme said "1.8.0_362" for 8. 0 when it cannot be read. */
function javaMajor(output: string): number {
  const [, first = '0', second = '0'] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  return first === '1' ? Number(second) : Number(first);
}

async function mavenUnusable(): Promise<string | undefined> {
  const { code, output } = await runCommand('mvn', ['--version']);
  if (code === 0) return undefined;
  const what =
    code === 'not found' ? 'there is no mvn' : `"mvn --version" failed (${code}): ${output.trim()}`;
  return `Maven is needed once, to fetch Kafka, but ${what}: install it (Debian, Ubuntu: "apt-get install maven"; macOS: "brew install maven"), ${OTHERWISE}`;
}
