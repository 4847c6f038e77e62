import { isAnythingDue } from '../../aggregator/due.ts';
import { ResealPace } from '../../aggregator/sealing/reseal-pace.ts';
import { tick, type Aggregator } from '../../aggregator/tick.ts';
import { readCharges } from '../../store/charges/charges.ts';
import { readInvalidations, readResealed } from '../../aggregator/sealing/invalidations.ts';
import { resealHours } from '../../aggregator/sealing/reseal.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { readSealedHours } from '../../store/usage/sealed-hours.ts';
import { readBacklog } from '../../store/progress/aggregator-backlog.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { until } from '../../deploy/local/until.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { decodeDailyCharge } from '../../schemas/daily-charge.ts';
import { topicNames } from '../../schemas/topics.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../api/tables.ts';
import { openNamespace } from '../servers/namespace.ts';
import { floorTo } from '../../domain/instants.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time-units.ts';

/** In the past, so that every event is late by ClickHouse's clock and leaves an invalidation. */
const day = floorTo(Date.now(), DAY_MS) - 3 * DAY_MS;
const DATE = new Date(day).toISOString().slice(0, 10);
const NEXT = new Date(day + DAY_MS).toISOString().slice(0, 10);
const closed = day + DAY_MS + 12 * HOUR_MS;
const timing = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS, gatherMs: 0 };

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
    // Landed immediately: other suites test its consumer.
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
    startedAt: 0,
    topics,
    timing,
    resealPace: new ResealPace(() => 0),
  };
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

/** Makes an organisation whose day is closed as revision 1, with 6,000 credits used. */
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
  it('that slept while another one closed the day closes it again for the late events that it finds', async () => {
    await closedDay('slept');
    await use('slept', 2, 1_000);
    // It reads the time for the first time before the day could be closed.
    const times = [day + DAY_MS + 5 * MINUTE_MS];
    await tick({ ...aggregator, now: () => times.shift() ?? closed });
    expect(await revisions('slept')).toEqual([
      [1, 6_000],
      [2, 7_000],
    ]);
  });

  it('leaves late events that land during a tick to the next one, even if they never stop', async () => {
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

  it('closes the days again whose hours an aggregator has sealed again before it crashed', async () => {
    await closedDay('crashed');
    await use('crashed', 2, 1_000);
    await use('crashed', 5, 500);
    await resealHours(client, closed, 0);
    expect(await readInvalidations(client, closed, 0)).toEqual([]);
    expect((await readResealed(client)).map(({ org_id }) => org_id)).toEqual(['crashed', 'crashed']);
    expect((await readBacklog(client, topics, closed, timing)).invalidationsToReseal).toBe(2);
    expect(await tick(aggregator)).toMatchObject({ invalidationsCleared: 2, chargesAppended: 1 });
    expect(await revisions('crashed')).toEqual([
      [1, 6_000],
      [2, 7_500],
    ]);
    expect(await readResealed(client)).toEqual([]);
    expect((await readBacklog(client, topics, closed, timing)).invalidationsToReseal).toBe(0);
  });

  it('gathers late events for a fixed time after the first of them, not after the last', async () => {
    await closedDay('gathered');
    await use('gathered', 2, 1);
    expect(await readInvalidations(client, closed, 600_000)).toEqual([]);
    const isReady = async () => (await readInvalidations(client, closed, 300)).length > 0;
    expect(await until(isReady, 20_000)).toBe(true);
    await use('gathered', 3, 1);
    expect(await readInvalidations(client, closed, 300)).toHaveLength(2);
    await tick(aggregator);
  });

  it('finds out by one statement whether a tick would have something to do', async () => {
    await closedDay('quiet');
    while (await isAnythingDue(aggregator)) await tick(aggregator);
    const spy = jest.spyOn(client, 'query');
    expect(await isAnythingDue(aggregator)).toBe(false);
    expect(spy).toHaveBeenCalledTimes(1);
    spy.mockRestore();

    await use('quiet', 2, 1);
    expect(await isAnythingDue(aggregator)).toBe(true);
    await resealHours(client, closed, 0);
    expect(await isAnythingDue(aggregator)).toBe(true);
    await tick(aggregator);
    expect(await isAnythingDue(aggregator)).toBe(false);

    const landed = (topic: string, instant: number) =>
      insertLanded(client, topic, { until: instant, observedAt: instant, isCaughtUp: true });
    await landed(topics.calls, closed + timing.sealDelayMs - 1);
    expect(await isAnythingDue(aggregator)).toBe(false);
    await landed(topics.calls, closed + timing.sealDelayMs);
    expect(await isAnythingDue(aggregator)).toBe(true);
    const later = { ...aggregator, now: () => closed + HOUR_MS };
    await tick(later);
    expect(await isAnythingDue(aggregator)).toBe(false);
    // Days go by the settings too.
    await landed(topics.settings, closed + timing.sealDelayMs);
    expect(await isAnythingDue(aggregator)).toBe(true);
    await tick(later);
    expect(await isAnythingDue(aggregator)).toBe(false);
  });

  it('leaves late events to a later tick while it rests from the last re-sealing', async () => {
    await closedDay('rested');
    let clock = 0;
    const rests = new ResealPace(() => clock);
    await rests.run(async () => void (clock += 1_000));
    await use('rested', 2, 1_000);
    expect(await tick({ ...aggregator, resealPace: rests })).toMatchObject({ invalidationsCleared: 0 });
    expect(await isAnythingDue(aggregator)).toBe(true);
    clock += 4_000;
    expect(await tick({ ...aggregator, resealPace: rests })).toMatchObject({
      invalidationsCleared: 1,
      chargesAppended: 1,
    });
  });

  it('seals an hour that ends while it seals others again', async () => {
    await closedDay('ending');
    await use('ending', 2, 1_000);
    const later = closed + 3 * HOUR_MS;
    const store = {
      refresh: async () => {
        // After the first sealing of the tick.
        await insertLanded(client, topics.calls, { until: later, observedAt: later, isCaughtUp: true });
        return aggregator.store.refresh();
      },
    };
    await use('ending', 36, 500);
    const report = await tick({ ...aggregator, now: () => later, store });
    expect(report).toMatchObject({ hoursSealed: 1, sealedUntil: later - HOUR_MS });
  });

  it('is due when a quarter of the running hour has ended, not for what is late in it', async () => {
    await closedDay('running');
    const hour = closed + 5 * HOUR_MS;
    const later = { ...aggregator, now: () => hour + 2 * HOUR_MS };
    const passTo = (instant: number) =>
      insertLanded(client, topics.calls, { until: instant, observedAt: instant, isCaughtUp: true });
    await passTo(hour + timing.sealDelayMs);
    while (await isAnythingDue(later)) await tick(later);
    await passTo(hour + BUCKET_MS + timing.sealDelayMs);
    expect(await isAnythingDue({ ...later, startedAt: hour + BUCKET_MS + 1 })).toBe(false);
    expect(await isAnythingDue(later)).toBe(true);
    await tick(later);
    expect(await readProgress(client)).toMatchObject({ sealed: hour, totals: hour + BUCKET_MS });
    expect(await isAnythingDue(later)).toBe(false);

    await insertEvents(client, [callEvent({ org_id: 'running', occurred_at: hour, credits: 7 })]);
    expect((await readSealedHours(client, 'running')).invalidatedHours).toEqual([hour]);
    expect(await isAnythingDue(later)).toBe(false);
    await passTo(hour + HOUR_MS + timing.sealDelayMs);
    await tick(later);
    expect((await readSealedHours(client, 'running')).invalidatedHours).toEqual([]);
    expect(await isAnythingDue(later)).toBe(false);
  });
});
