import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

const POLL_MS = 500;
const WITHIN_MS = 600_000;
/** Merges of a few rows that a process writes now and then cost nothing. */
const RUNNING = 'SELECT count() AS running FROM system.merges WHERE total_size_bytes_compressed > 1e6';
const Merges = Type.Object({ running: Type.Integer() });

/**
 * Waits until the server has merged nothing for so long: it begins with merges of what was stored up to seconds after
 * those before have ended, and a benchmark would measure these too. A server that never rests is reported.
 */
export async function untilQuiet(
  client: ClickHouseClient,
  quietMs: number,
  progress: (text: string) => void,
): Promise<void> {
  const giveUpAt = performance.now() + WITHIN_MS;
  let quietSince = performance.now();
  while (performance.now() < quietSince + quietMs) {
    if (performance.now() > giveUpAt) return progress('ClickHouse is still merging; going on all the same');
    await sleep(POLL_MS);
    const [row] = await select(client, Merges, RUNNING);
    if (row?.running !== 0) quietSince = performance.now();
  }
}
