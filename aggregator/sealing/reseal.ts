import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { chunksOf } from './chunks.ts';
import {
  countInvalidations,
  INVALIDATIONS_PER_READ,
  readInvalidations,
  recordResealed,
  type Invalidation,
} from './invalidations.ts';
import { writeRollup } from './rollup.ts';

interface ResealOptions {
  /** The most invalidations that are read at once. */
  readonly perRead?: number;
  /** What must not wait until all hours are done: it is called before each chunk of them. */
  readonly beforeEach?: () => Promise<void>;
}

const NOTHING = (): Promise<void> => Promise.resolve();

/**
 * Seals every invalidated hour again, newest first, each of them once however many organisations and late events it
 * has. It handles as many invalidations as there are now, and further ones wait for the next call: late events that
 * never stop must not keep days from being closed.
 * @param sealedUntil progress `sealed`, epoch milliseconds
 */
export async function resealHours(
  client: ClickHouseClient,
  sealedUntil: number,
  gatherMs: number,
  { perRead = INVALIDATIONS_PER_READ, beforeEach = NOTHING }: ResealOptions = {},
): Promise<void> {
  let left = await countInvalidations(client, sealedUntil);
  while (left > 0) {
    const read = await readInvalidations(client, sealedUntil, gatherMs, perRead);
    if (read.length === 0) return;
    const handled = read.length === perRead ? wholeHours(read) : read;
    await resealInvalidated(client, handled, beforeEach);
    left -= handled.length;
  }
}

/**
 * Without the last hour, unless it is the only one: some of its invalidations may not have been read, and the hour
 * would be counted again for them.
 * @param invalidations sorted by hour
 */
function wholeHours(invalidations: readonly Invalidation[]): readonly Invalidation[] {
  const last = invalidations.at(-1)?.hour;
  const whole = invalidations.filter(({ hour }) => hour !== last);
  return whole.length > 0 ? whole : invalidations;
}

/**
 * Counts the hours of these invalidations again, in their order. Readers use the rollup of each chunk of hours as soon
 * as it is written. The invalidations stay until everything that depends on them is done.
 */
export async function resealInvalidated(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
  beforeEach = NOTHING,
): Promise<void> {
  const byHour = Map.groupBy(invalidations, ({ hour }) => hour);
  for (const chunk of await chunksOf(client, [...byHour.keys()])) {
    await beforeEach();
    await writeRollup(client, chunk, 'invalidated');
    await recordResealed(
      client,
      chunk.flatMap((hour) => byHour.get(hour) ?? []),
    );
  }
}
