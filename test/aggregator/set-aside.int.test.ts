import { isAnythingDue } from '../../aggregator/due.ts';
import { ResealPace } from '../../aggregator/sealing/reseal-pace.ts';
import { tick, type Aggregator } from '../../aggregator/tick.ts';
import { readInvalidations } from '../../aggregator/sealing/invalidations.ts';
import { readCharges } from '../../store/charges/charges.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { byOrganisation, readSetAside } from '../../store/progress/set-aside.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { decodeDailyCharge } from '../../schemas/daily-charge.ts';
import { topicNames } from '../../schemas/topics.ts';
import { floorTo } from '../../domain/instants.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time-units.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../api/tables.ts';
import { openNamespace } from '../servers/namespace.ts';

/** One organisation whose days cannot be closed must not hold up another's, and must not lose its own. */
const first = floorTo(Date.now(), DAY_MS) - 5 * DAY_MS;
const dateOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
const timing = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS, gatherMs: 0 };
const namespace = openNamespace('set_aside');
const topics = topicNames(namespace.settings.TOPIC_PREFIX);
let client: ClickHouseClient;
let now = first + DAY_MS + 6 * HOUR_MS;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'set aside test');
  await insertSettings(client, [
    ...['good', 'poison', 'broken'].map((org) => ({
      org,
      value: { time_zone: org === 'poison' ? 'BST' : 'UTC', billing_day: 1 },
    })),
    ...['good', 'poison', 'broken'].map((org) => ({
      org,
      product: 'crm',
      value: { edition: 'free', users: 1, additional_limit: 10_000 },
    })),
  ]);
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

function anAggregator(): Aggregator {
  return {
    client,
    log: {
      append: (records) =>
        insertCharges(
          client,
          records.map(({ value }) => decodeDailyCharge(value)),
        ),
      close: () => Promise.resolve(),
    },
    store: createSettingsStore(client, 'none'),
    now: () => now,
    startedAt: 0,
    topics,
    timing,
    resealPace: new ResealPace(() => 0),
  };
}

async function passTo(instant: number): Promise<void> {
  now = instant;
  for (const topic of [topics.calls, topics.settings]) {
    await insertLanded(client, topic, { until: now, observedAt: now, isCaughtUp: true });
  }
}

const use = (orgId: string, at: number, credits: number) =>
  insertEvents(client, [callEvent({ org_id: orgId, occurred_at: at, credits })]);

async function revisions(orgId: string): Promise<string[]> {
  const [fromDate, toDate] = [dateOf(first - DAY_MS), dateOf(first + 5 * DAY_MS)];
  const charges = await readCharges(client, {
    orgId,
    product: 'crm',
    fromDate,
    toDate,
    closedFrom: 0,
    closedTo: 0,
  });
  return charges.map(({ day, revision, used }) => `${day} r${revision} ${used}`);
}

const setAsideOrgs = async (): Promise<string[]> =>
  byOrganisation(await readSetAside(client)).map(({ org_id, error_code }) => `${org_id} ${error_code}`);

describe('organisations whose days cannot be closed', () => {
  it('are set aside: the others’ days close, progress moves on, and no invalidation is left', async () => {
    for (const org of ['good', 'poison', 'broken']) await use(org, first + HOUR_MS, 6_000);
    // More calls than a record can hold: an error of this organisation’s charge alone.
    await client.insert({
      table: 'usage_15m',
      values: [
        {
          org_id: 'broken',
          product: 'crm',
          bucket: first / 1000 + 4 * 3_600,
          calls: '18000000000000000000',
          credits: 1,
          rejected: 0,
          seen: 1,
        },
      ],
      format: 'JSONEachRow',
    });
    await passTo(now);
    const report = await tick(anAggregator());
    expect(report).toMatchObject({ chargesAppended: 1, orgsSetAside: 2 });
    expect(await revisions('good')).toEqual([`${dateOf(first)} r1 6000`]);
    expect((await setAsideOrgs()).toSorted()).toEqual(['broken ERROR', 'poison UNKNOWN_TIME_ZONE']);
    expect((await readProgress(client)).closed).toBe(first + DAY_MS + 5 * HOUR_MS);
    expect(await readInvalidations(client, now, 0)).toEqual([]);
    expect(await isAnythingDue(anAggregator())).toBe(true);
  });

  it('stay set aside while days end and late events arrive, each attempt later than the one before', async () => {
    const [before] = byOrganisation(await readSetAside(client));
    await use('poison', first + 2 * HOUR_MS, 1_000);
    await use('good', first + 2 * HOUR_MS, 1_000);
    await use('good', first + DAY_MS + HOUR_MS, 100);
    await use('poison', first + DAY_MS + HOUR_MS, 100);
    await passTo(first + 2 * DAY_MS + 6 * HOUR_MS);
    await tick(anAggregator());
    await tick(anAggregator());
    expect(await revisions('good')).toEqual([
      `${dateOf(first)} r1 6000`,
      `${dateOf(first)} r2 7000`,
      `${dateOf(first + DAY_MS)} r1 100`,
    ]);
    expect(await revisions('poison')).toEqual([]);
    const after = byOrganisation(await readSetAside(client)).find(({ org_id }) => org_id === 'poison');
    expect(after?.since).toBe(before?.since);
    expect(after?.attempts).toBeGreaterThan(before?.attempts ?? 0);
    expect(after?.retry_at).toBeGreaterThan(now);
    // Failed attempts replace their records instead of adding to them.
    expect((await readSetAside(client)).length).toBeLessThan(6);
  });

  it('are tried by both of two aggregators at once without losing a day', async () => {
    now += 2 * MINUTE_MS;
    await passTo(now);
    await Promise.all([tick(anAggregator()), tick(anAggregator())]);
    expect((await setAsideOrgs()).toSorted()).toEqual(['broken ERROR', 'poison UNKNOWN_TIME_ZONE']);
  });

  it('are closed from their first day on once they are corrected', async () => {
    await insertSettings(client, [{ org: 'poison', value: { time_zone: 'UTC' }, from: now }]);
    await namespace.onTables(`DELETE FROM usage_15m WHERE org_id = 'broken' AND calls > 1000000`);
    await passTo(now + 2 * MINUTE_MS);
    const report = await tick(anAggregator());
    expect(report.orgsSetAside).toBe(0);
    expect(await revisions('poison')).toEqual([
      `${dateOf(first)} r1 7000`,
      `${dateOf(first + DAY_MS)} r1 100`,
    ]);
    expect(await revisions('broken')).toEqual([`${dateOf(first)} r1 6000`]);
    expect(await setAsideOrgs()).toEqual([]);
    expect(await tick(anAggregator())).toMatchObject({ chargesAppended: 0, orgsSetAside: 0 });
  });
});
