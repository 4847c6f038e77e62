import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Logger } from '../logging.ts';
import { asAccessError } from './access-error.ts';
import { brokersOf, connectKafka, type KafkaConfig } from './connect.ts';
import { ENVIRONMENT_NAMES } from './security.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Waits until Kafka answers for the first time. A login, a certificate or an ACL that is wrong then has never been
 * right: that is a mistake of configuration, which a process reports and does not wait for. Later the same errors are
 * logged and retried, for a rotated password reaches brokers and clients at different times.
 * @param check runs over the first connection; where Kafka fails during it, it runs again
 * @throws KafkaAccessError; what `check` throws of its own
 */
export async function firstContact<Result>(
  config: KafkaConfig,
  clientId: string,
  logger: Logger,
  check: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const names = config.kafkaSecurity?.names ?? ENVIRONMENT_NAMES;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    // Every broker of the list is tried once.
    const admin = connectKafka(config, clientId, logger, brokersOf(config).length - 1).admin();
    try {
      await admin.connect();
      return await check(admin);
    } catch (error) {
      const denied = asAccessError(error, names);
      if (denied) throw denied;
      if (!isOfKafka(error)) throw error;
      logger.warn({ err: error, pause_ms: pauseMs }, 'Kafka does not answer yet; trying again');
    } finally {
      await admin.disconnect();
    }
    await sleep(pauseMs);
  }
}

const isOfKafka = (error: unknown): boolean =>
  error instanceof Error && (error.name.startsWith('KafkaJS') || 'retriable' in error);
