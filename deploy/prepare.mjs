/**
 * Makes a checkout runnable: node packages, the Kafka jars, compiled TypeScript, the dashboard's pages. Plain Node
 * with no dependencies, since it runs before there are any; with nothing to do it takes 0.1 s.
 */
import { compile } from './prepare/compile.mjs';
import { buildDashboard } from './prepare/dashboard.mjs';
import { endCommandsOnSignal } from './prepare/command.mjs';
import { fetchKafkaJars, kafkaJarsAreMissing } from './prepare/kafka-jars.mjs';
import { withPrepareLock } from './prepare/lock.mjs';
import { installNodePackages, nodePackagesAreStale } from './prepare/node-packages.mjs';
import { missingRequirements } from './prepare/requirements.mjs';
import { bundleTypebox } from './prepare/typebox.mjs';

/** @param {{ needsKafka: boolean }} options needsKafka: a Kafka will be run here, so Java and its jars are needed */
export async function prepare({ needsKafka }) {
  const stopListening = endCommandsOnSignal();
  try {
    // One at a time in a checkout: whoever waits finds the work done.
    await withPrepareLock(async () => {
      const needsJars = needsKafka && kafkaJarsAreMissing();
      const missing = await missingRequirements({ java: needsKafka, maven: needsJars });
      if (missing.length > 0) throw new PrepareError(missing.join('\n'));
      await bothOrTheFirstError(
        nodePackagesAreStale() ? installNodePackages() : undefined,
        needsJars ? fetchKafkaJars() : undefined,
      );
      await compile();
      await bundleTypebox();
      await buildDashboard();
    });
  } finally {
    stopListening();
  }
}

/** For programs run by hand: a failed preparation is its message and exit code 1, not a stack trace. */
export async function prepareOrExit(options) {
  try {
    await prepare(options);
  } catch (error) {
    console.error(error instanceof PrepareError ? error.message : (error?.message ?? error));
    process.exit(1);
  }
}

class PrepareError extends Error {}

/** Lets the slower one end before reporting, so that nothing is left half done behind an error message. */
async function bothOrTheFirstError(...works) {
  const results = await Promise.allSettled(works);
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length > 0) throw new PrepareError(failed.map(({ reason }) => reason.message).join('\n'));
}
