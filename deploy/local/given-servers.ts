import { setTimeout as sleep } from 'node:timers/promises';
import { asAccessError } from '../../platform/kafka/access-error.ts';
import { addressesOf } from '../../platform/clickhouse/addresses.ts';
import { withoutCredentials } from '../../platform/credentials.ts';
import type { KafkaConfig } from '../../platform/kafka/connect.ts';
import { ENVIRONMENT_NAMES } from '../../platform/kafka/security.ts';
import { LocalStackError } from './errors.ts';
import { whyKafkaDoesNotServe } from './kafka-answers.ts';

/** Given servers may start later than the stack, or be restarted just then. */
export interface Patience {
  readonly print: (line: string) => void;
  /** How long to wait before the start fails. Someone at a terminal reads meanwhile what it waits for. */
  readonly withinMs: number;
}

export const PATIENCE_MS = 5 * 60_000;
const POLL_MS = 500;
const PRINT_EVERY_MS = 10_000;

/**
 * Waits until Kafka answers at KAFKA_BROKERS.
 * @throws KafkaAccessError at once, LocalStackError KAFKA_UNREACHABLE when the patience ends
 */
export async function untilKafkaAnswers(config: KafkaConfig, patience: Patience): Promise<void> {
  const names = config.kafkaSecurity?.names ?? ENVIRONMENT_NAMES;
  const reason = async (): Promise<string | undefined> => {
    const error = await whyKafkaDoesNotServe(config);
    if (error === undefined) return undefined;
    const denied = asAccessError(error, names);
    if (denied) throw denied;
    return error.message;
  };
  const what = `Kafka answers at KAFKA_BROKERS=${config.KAFKA_BROKERS}`;
  const why = await lastReason(what, reason, patience);
  if (why === undefined) return;
  throw new LocalStackError(
    'KAFKA_UNREACHABLE',
    `No ${what} (${why}). Start it, correct the settings, or leave KAFKA_BROKERS out to run a local one.`,
  );
}

/**
 * Waits until ClickHouse answers.
 * @param url CLICKHOUSE_URL as given
 * @throws LocalStackError CLICKHOUSE_UNREACHABLE when the patience ends
 */
export async function untilClickHouseAnswers(url: string, patience: Patience): Promise<void> {
  const what = `ClickHouse answers at CLICKHOUSE_URL=${withoutCredentials(url)}`;
  const why = await lastReason(what, () => reasonOfFirst(url), patience);
  if (why === undefined) return;
  throw new LocalStackError(
    'CLICKHOUSE_UNREACHABLE',
    `No ${what} (${why}). Start it, correct the address, or leave CLICKHOUSE_URL out to run a local one.`,
  );
}

/** @returns why it still does not answer when the patience ends; undefined where it answers */
async function lastReason(
  what: string,
  reason: () => Promise<string | undefined>,
  { print, withinMs }: Patience,
): Promise<string | undefined> {
  const startedAt = performance.now();
  let printedAt = -Infinity;
  for (;;) {
    const why = await reason();
    const now = performance.now();
    if (why === undefined || now - startedAt >= withinMs) return why;
    if (now - printedAt >= PRINT_EVERY_MS) {
      printedAt = now;
      print(`waiting until ${what} (${why})`);
    }
    await sleep(Math.min(POLL_MS, withinMs));
  }
}

/** Tables are created on every server of a cluster. */
async function reasonOfFirst(urls: string): Promise<string | undefined> {
  for (const address of addressesOf({ CLICKHOUSE_URL: urls })) {
    const reason = await reasonForNoAnswer(address);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function reasonForNoAnswer(url: string): Promise<string | undefined> {
  try {
    const ping = new URL('/ping', url);
    // A ping needs no credentials, and fetch rejects an address that has some with an error that shows them.
    ping.username = ping.password = '';
    const response = await fetch(ping, { signal: AbortSignal.timeout(5_000) });
    // A local stack's ClickHouse asks even a ping for a login.
    return response.ok || response.status === 401 ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, message } = error instanceof Error ? error : new Error(String(error));
    return cause instanceof Error ? cause.message : message;
  }
}
