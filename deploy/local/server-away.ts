import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseError } from '@clickhouse/client';
import { clickhouseProblem } from '../../api/problems/clickhouse.ts';
import { asAccessError } from '../../platform/kafka/access-error.ts';
import { ENVIRONMENT_NAMES } from '../../platform/kafka/security.ts';

const POLL_MS = 500;
const PRINT_EVERY_MS = 10_000;

/**
 * Runs a step of the start, and again while a server is away: a given one may be restarted at any moment.
 * @param print gets a failure, at most one in ten seconds @param withinMs after which a failure is final
 * @throws what the step throws for another reason
 */
export async function whileServersBlink<Result>(
  step: () => Promise<Result>,
  { print, withinMs }: { readonly print: (line: string) => void; readonly withinMs: number },
): Promise<Result> {
  const startedAt = performance.now();
  let printedAt = -Infinity;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const now = performance.now();
      if (!isAway(error) || now - startedAt >= withinMs) throw error;
      if (now - printedAt >= PRINT_EVERY_MS) {
        printedAt = now;
        print(`a server does not answer; trying again (${String(error)})`);
      }
      await sleep(POLL_MS);
    }
  }
}

const KAFKA_AWAY = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
]);

/** What a server answers is final: it rejects the password, or the replication. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ClickHouseError) return false;
  if (KAFKA_AWAY.has(error.name)) return asAccessError(error, ENVIRONMENT_NAMES) === undefined;
  return clickhouseProblem(error)?.code === 'unavailable';
}
