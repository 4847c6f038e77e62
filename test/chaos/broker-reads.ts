import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';

const RETRIES = 1;
/** How long a read is repeated: after the last failure brokers elect leaders and catch up, on a busy machine. */
export const READ_WITHIN_MS = 120_000;
const PAUSE_MS = 1_000;

/**
 * One attempt at something with an admin client of its own, while failures go on.
 * @param brokers `host:port,...`
 * @returns undefined where the brokers do not answer it at the moment
 */
export async function attemptWithAdmin<Result>(
  brokers: string,
  attempt: (admin: Admin) => Promise<Result>,
): Promise<Result | undefined> {
  const logger = createLogger('chaos', 'silent');
  const admin = connectKafka({ KAFKA_BROKERS: brokers }, 'chaos', logger, RETRIES).admin();
  try {
    await admin.connect();
    return await attempt(admin);
  } catch {
    return undefined;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * Repeats a read until it succeeds. kafkajs gives up at once where a leader has moved or is not elected yet, and keeps
 * the leaders that it knew: so each attempt opens a client of its own. What cannot be read so long is a fault of the
 * cluster.
 * @param isFinal errors that the time does not heal
 * @throws the last error after READ_WITHIN_MS
 */
export async function readPatiently<Result>(
  read: () => Promise<Result>,
  isFinal: (error: unknown) => boolean = () => false,
  { withinMs = READ_WITHIN_MS, pauseMs = PAUSE_MS } = {},
): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (isFinal(error) || performance.now() > deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
