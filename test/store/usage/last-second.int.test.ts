import { readUsage } from '../../../store/usage/read.ts';
import { readDayUsage } from '../../../store/charges/day-usage.ts';
import { countDay } from '../../../aggregator/recompute/recount.ts';
import { readInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { openNamespace } from '../../servers/namespace.ts';

/**
 * Many granules of 8,192 rows within one second, before every kind of boundary: what ClickHouse leaves out by its
 * index shows only there, and only where the events are read by the raw edges of a window.
 */
const PER_SECOND = 40_000;
const MIDNIGHT = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
const SEAL_DELAY_MS = 60_000;
const SEALED = MIDNIGHT + 2 * HOUR_MS;
const BOUNDARIES = {
  quarter: MIDNIGHT - 5 * HOUR_MS + BUCKET_MS,
  hour: MIDNIGHT - 3 * HOUR_MS,
  day: MIDNIGHT,
};
/** Of each boundary's events: how many milliseconds before it they occurred, by their number. */
const beforeMs = (event: number): number => 1 + (event % 1_000);

const namespace = openNamespace('last_second');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'last second test');
  for (const boundary of Object.values(BOUNDARIES)) {
    await client.command({
      query: `INSERT INTO call_events (event_id, occurred_at, org_id, product, user_id, app_id, method, endpoint, module,
          status, credits, rule, units, rejection_cause, source_address, duration_ms, kafka_partition, kafka_offset, appended_at)
        SELECT reinterpretAsUUID(toUInt128({boundary:Int64}) * 1000000 + number) AS event_id,
          fromUnixTimestamp64Milli({boundary:Int64} - 1 - toInt64(number % 1000), 'UTC') AS occurred_at, 'busy', 'crm', 'u', 'a', 'GET', '/', '',
          200, 1, 'call', 0, '', '', NULL, 0, {boundary:Int64} + number, occurred_at
        FROM numbers({count:UInt32})`,
      query_params: { boundary, count: PER_SECOND },
    });
  }
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

/** How many events lie in [from, to), by plain arithmetic. */
function expected(from: number, to: number): number {
  let count = 0;
  for (const boundary of Object.values(BOUNDARIES)) {
    for (let event = 0; event < 1_000; event += 1) {
      const at = boundary - beforeMs(event);
      if (at >= from && at < to) count += PER_SECOND / 1_000;
    }
  }
  return count;
}

const DISTANCES_MS = [0, 1, 400, 999, 1_000, 1_001];
const edges = Object.values(BOUNDARIES).flatMap((boundary) =>
  [-1, ...DISTANCES_MS].map((distance) => boundary - distance),
);

async function expectEveryWindow(): Promise<void> {
  const found: [number, number, number][] = [];
  const wanted: [number, number, number][] = [];
  for (const edge of edges) {
    for (const [from, to] of [
      [edge, edge + DAY_MS],
      [edge - DAY_MS, edge],
      [edge - 1_500, edge + 500],
    ] as const) {
      const usage = await readUsage(client, { orgId: 'busy', from, to, filters: { product: 'crm' } });
      found.push([from, to, usage[0]?.calls ?? 0]);
      wanted.push([from, to, expected(from, to)]);
    }
  }
  expect(found).toEqual(wanted);
}

describe('a busy last second before a quarter, an hour and a day', () => {
  it('is whole in every window before its hour is sealed', expectEveryWindow);

  it('is whole in every window once its hour is sealed', async () => {
    await sealEndedHours(client, SEALED, SEAL_DELAY_MS);
    // As long as hours are invalidated, they are read from the events.
    expect(await readInvalidations(client, SEALED - HOUR_MS, 0)).toEqual([]);
    await expectEveryWindow();
  });

  it('is whole in every window after the parts are merged', async () => {
    await namespace.onTables('OPTIMIZE TABLE call_events FINAL');
    await namespace.onTables('OPTIMIZE TABLE usage_15m FINAL');
    await expectEveryWindow();
  });

  it('is whole in the usage of a day that ends with it, sealed or not, and when it is counted again', async () => {
    const end = BOUNDARIES.quarter;
    const day = { date: '2026-01-01', from: end - DAY_MS, to: end };
    const want = { orgId: 'busy', product: 'crm', calls: PER_SECOND, credits: PER_SECOND };
    expect(await readDayUsage(client, day, 0, ['busy'])).toEqual([want]);
    expect(await readDayUsage(client, day, MIDNIGHT, ['busy'])).toEqual([want]);
    expect(await countDay(client, 'busy', 'crm', day)).toEqual(want);
  });
});
