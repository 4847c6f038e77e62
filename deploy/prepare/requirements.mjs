/** What a machine must have: Node always, Java where a Kafka is run, Maven where its jars are to be fetched. */
import { join } from 'node:path';
import { runCommand } from './command.mjs';

const NODE_AT_LEAST = [20, 19];
const JAVA_AT_LEAST = 17;
const OTHERWISE = 'or set KAFKA_BROKERS to use a Kafka that runs elsewhere';

/** @returns {Promise<string[]>} everything that is missing, one plain sentence each; empty when all is there */
export async function missingRequirements({ java, maven }) {
  const [javaMissing, mavenMissing] = await Promise.all([
    java ? javaUnusable() : Promise.resolve(),
    maven ? mavenUnusable() : Promise.resolve(),
  ]);
  return [nodeTooOld(process.versions.node), javaMissing, mavenMissing].filter(
    (answer) => answer !== undefined,
  );
}

function nodeTooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantMajor, wantMinor] = NODE_AT_LEAST;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return undefined;
  return `Node ${wantMajor}.${wantMinor} or later is needed, this is ${version}: install it from nodejs.org or with "nvm install ${wantMajor}"`;
}

async function javaUnusable() {
  const program = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const how = `install it (Debian, Ubuntu: "apt-get install openjdk-17-jre-headless"; macOS: "brew install openjdk@17"), ${OTHERWISE}`;
  const { code, output } = await runCommand(program, ['-version']);
  if (code === 'not found')
    return `Java ${JAVA_AT_LEAST} or later is needed to run Kafka, but there is no ${program}: ${how}`;
  if (code !== 0)
    return `Java does not work, "${program} -version" failed (${code}): ${output.trim()}\nMend it or ${how}`;
  const version = javaMajor(output);
  if (version >= JAVA_AT_LEAST) return undefined;
  return `Java ${JAVA_AT_LEAST} or later is needed to run Kafka, ${program} is ${version || output.trim()}: ${how}`;
}

/** From `openjdk version "17.0.15"`; the old scheme said "1.8.0_362" for 8. 0 when it cannot be read. */
export function javaMajor(output) {
  const [, first = '0', second = '0'] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  return first === '1' ? Number(second) : Number(first);
}

async function mavenUnusable() {
  const { code, output } = await runCommand('mvn', ['--version']);
  if (code === 0) return undefined;
  const what =
    code === 'not found' ? 'there is no mvn' : `"mvn --version" failed (${code}): ${output.trim()}`;
  return `Maven is needed once, to fetch Kafka, but ${what}: install it (Debian, Ubuntu: "apt-get install maven"; macOS: "brew install maven"), ${OTHERWISE}`;
}
