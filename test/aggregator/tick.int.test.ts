import { tick, type Aggregator } from '../../aggregator/tick.ts';
import { readCharges } from '../../store/charges/charges.ts';
import { readInvalidations } from '../../aggregator/sealing/invalidations.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { until } from '../../deploy/local/until.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { decodeDailyCharge } from '../../schemas/daily-charge.ts';
import { topicNames } from '../../schemas/topics.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../api/tables.ts';
import { openNamespace } from '../servers/namespace.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** All of it lies in the past, so the view marks every event by ClickHouse's clock. */
const day = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
const DATE = new Date(day).toISOString().slice(0, 10);
const NEXT = new Date(day + DAY_MS).toISOString().slice(0, 10);
const closed = day + DAY_MS + 12 * HOUR_MS;
const timing = { sealDelayMs: 60_000, graceMs: 900_000, gatherMs: 0 };

const namespace = openNamespace('tick');
const topics = topicNames(namespace.settings.TOPIC_PREFIX);
let client: ClickHouseClient;
let aggregator: Aggregator;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'tick test');
  for (const topic of [topics.calls, topics.settings]) {
    await insertLanded(client, topic, { until: closed, observedAt: closed, isCaughtUp: true });
  }
  aggregator = {
    client,
    // Landed at once: its consumer is tested elsewhere.
    log: {
      append: (records) =>
        insertCharges(
          client,
          records.map(({ value }) => decodeDailyCharge(value)),
        ),
      close: () => Promise.resolve(),
    },
    store: createSettingsStore(client, 'none'),
    now: () => closed,
    topics,
    timing,
  };
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

/** An org whose day is closed as revision 1, with 6,000 credits used. */
async function closedDay(orgId: string): Promise<void> {
  await insertSettings(client, [
    { org: orgId, value: { time_zone: 'UTC', billing_day: 1 } },
    { org: orgId, product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
  ]);
  await use(orgId, 1, 6_000);
  await tick(aggregator);
  expect(await revisions(orgId)).toEqual([[1, 6_000]]);
}

const use = (orgId: string, hour: number, credits: number) =>
  insertEvents(client, [callEvent({ org_id: orgId, occurred_at: day + hour * HOUR_MS, credits })]);

async function revisions(orgId: string): Promise<[number, number][]> {
  const charges = await readCharges(client, {
    orgId,
    product: 'crm',
    fromDate: DATE,
    toDate: NEXT,
    closedFrom: 0,
    closedTo: 0,
  });
  return charges.map(({ revision, used }) => [revision, used]);
}

describe('an aggregator', () => {
  it('that slept while another one closed the day closes it again for the late events it finds', async () => {
    await closedDay('slept');
    await use('slept', 2, 1_000);
    // Its first look at the time is from before the day could be closed.
    const times = [day + DAY_MS + 5 * 60_000];
    await tick({ ...aggregator, now: () => times.shift() ?? closed });
    expect(await revisions('slept')).toEqual([
      [1, 6_000],
      [2, 7_000],
    ]);
  });

  it('leaves late events that come while it works to its next tick, also where they never stop', async () => {
    await closedDay('trickle');
    await use('trickle', 2, 1);
    const store = {
      refresh: async () => {
        await use('trickle', 3, 1);
        return aggregator.store.refresh();
      },
    };
    const { invalidationsCleared } = await tick({ ...aggregator, store });
    expect(invalidationsCleared).toBeGreaterThan(0);
    expect(await readInvalidations(client, closed, 0)).not.toEqual([]);
    await tick(aggregator);
    expect(await readInvalidations(client, closed, 0)).toEqual([]);
  });

  it('gathers late events from the first of them on, not until the last', async () => {
    await closedDay('gathered');
    await use('gathered', 2, 1);
    expect(await readInvalidations(client, closed, 600_000)).toEqual([]);
    const isReady = async () => (await readInvalidations(client, closed, 300)).length > 0;
    expect(await until(isReady, 20_000)).toBe(true);
    await use('gathered', 3, 1);
    expect(await readInvalidations(client, closed, 300)).toHaveLength(2);
    await tick(aggregator);
  });
});
