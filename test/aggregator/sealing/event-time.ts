import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { sealRunningHour } from '../../../aggregator/sealing/seal-running-hour.ts';
import { floorTo, formatInstant } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { BUCKET_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { land, type LandedEvent } from '../events.ts';
import { SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

/**
 * Gives a suite tables, a time of its own that begins with an hour that is over, and what lands and is sealed by that
 * time. The view, which goes by ClickHouse's clock, is replaced. Registers the hooks.
 */
export function useEventTime(suite: string) {
  const tables = useSealingTables(suite);
  beforeAll(() => tables.onTables('DROP VIEW mark_late_events'));

  /** Lands events at an instant, and invalidates their hours as the view does. */
  async function landAt(at: number, events: readonly LandedEvent[]): Promise<void> {
    if (events.length > 0) await land(tables(), events);
    const late = events.filter((event) => floorTo(event.at, BUCKET_MS) + BUCKET_MS <= at);
    const hours = Map.groupBy(late, (event) => `${event.org} ${formatInstant(floorTo(event.at, HOUR_MS))}`);
    if (hours.size === 0) return;
    await tables().insert({
      table: 'dirty_marks',
      values: [...hours].map(([key, ofHour]) => ({
        org_id: key.split(' ')[0],
        hour: key.split(' ')[1],
        id: crypto.randomUUID(),
        cleared: 0,
        marked_at: formatInstant(at),
        earliest: formatInstant(floorTo(Math.min(...ofHour.map((event) => event.at)), BUCKET_MS)),
      })),
      format: 'JSONEachRow',
    });
  }

  /** What an aggregator does at an instant at which everything has landed. */
  async function seal(at: number, by: ClickHouseClient = tables()): Promise<void> {
    await sealEndedHours(by, at, SEAL_DELAY_MS);
    await sealRunningHour(by, at, SEAL_DELAY_MS, 0);
  }

  return { client: tables, hour: thisHour - 5 * HOUR_MS, landAt, seal };
}
