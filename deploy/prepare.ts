/**
 * Makes a checkout runnable: node packages, Kafka's jars, the dashboard's pages. Uses no package before it has installed
 * them; with nothing to do it takes 0.1 s.
 */
import { endCommandsOnSignal } from './prepare/command.ts';
import { buildDashboard } from './prepare/dashboard.ts';
import { fetchKafkaJars, kafkaJarsAreMissing } from './prepare/kafka-jars.ts';
import { withPrepareLock } from './prepare/lock.ts';
import { installNodePackages, nodePackagesAreStale } from './prepare/node-packages.ts';
import { missingRequirements } from './prepare/requirements.ts';
import { bundleTypebox } from './prepare/typebox.ts';

export interface PrepareOptions {
  /** A Kafka will be run here, so Java and its jars are needed. */
  readonly needsKafka: boolean;
}

/** @throws with a message that says what is missing or failed, and what to do */
export async function prepare({ needsKafka }: PrepareOptions): Promise<void> {
  const stopListening = endCommandsOnSignal();
  try {
    // One at a time in a checkout: the next one finds the work done.
    await withPrepareLock(async () => {
      const needsJars = needsKafka && kafkaJarsAreMissing();
      const missing = await missingRequirements({ java: needsKafka, maven: needsJars });
      if (missing.length > 0) throw new Error(missing.join('\n'));
      await bothOrTheFirstError(
        nodePackagesAreStale() ? installNodePackages() : Promise.resolve(),
        needsJars ? fetchKafkaJars() : Promise.resolve(),
      );
      await bundleTypebox();
      await buildDashboard();
    });
  } finally {
    stopListening();
  }
}

/** For programs run by hand: a failed preparation is its message and exit code 1, not a stack trace. */
export async function prepareOrExit(options: PrepareOptions): Promise<void> {
  try {
    await prepare(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** Lets the slower one end before reporting, so that nothing is left half done behind an error message. */
async function bothOrTheFirstError(...works: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length > 0) throw new Error(failed.map(({ reason }) => String(reason.message)).join('\n'));
}
