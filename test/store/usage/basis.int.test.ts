import { sealRunningHour } from '../../../aggregator/sealing/seal-running-hour.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { readBases, type Basis } from '../../../store/usage/basis.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { floorTo } from '../../../domain/instants.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { BUCKET_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents, insertLanded, insertSettings } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

const NOW = Date.parse('2026-11-22T12:34:56.789Z');
const namespace = openNamespace('basis');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'basis test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

async function read(settingsFrom = 0, isReplicated = false): Promise<Basis> {
  const requested = { orgIds: ['two', 'one'], topic: 'calls', settingsFrom, isReplicated };
  const basisOf = await readBases(client, requested);
  return basisOf('one', NOW);
}

describe('the basis of an answer', () => {
  it('is empty where nothing has landed', async () => {
    const sealed = { until: 0, breakdownsUntil: 0, totalsUntil: 0, invalidatedHours: [] };
    expect(await read()).toEqual({
      sealed,
      invalidations: new Map(),
      stamp: expect.any(String),
      landed: [],
      watermark: 0,
      now: NOW,
      hasNewSettings: false,
    });
  });

  it('has the displayed watermark of the calls alone', async () => {
    await insertLanded(client, 'other', { until: NOW - 9_000, observedAt: NOW, isCaughtUp: false });
    await insertLanded(client, 'calls', { until: NOW - 5_000, observedAt: NOW, isCaughtUp: true });
    expect((await read()).watermark).toBe(NOW);
    await insertLanded(client, 'calls', { until: NOW - 3_000, observedAt: NOW + 1, isCaughtUp: false });
    expect((await read()).watermark).toBe(NOW - 3_000);
  });

  it('has the sealed hours, and those that late events of the organisation invalidated, until they are sealed again', async () => {
    const event = (hoursAgo: number, org_id = 'one') =>
      callEvent({ org_id, occurred_at: NOW - hoursAgo * HOUR_MS });
    await insertEvents(client, [event(3), event(4), event(4, 'other')]);
    await sealAll(client, NOW - HOUR_MS);
    // The events of another organisation, and two of the same hour.
    await insertEvents(client, [event(5, 'other'), event(3), event(24)]);
    await insertEvents(client, [event(3)]);
    const { sealed, invalidations } = await read();
    const hours = new Set([floorTo(NOW - 24 * HOUR_MS, HOUR_MS), floorTo(NOW - 3 * HOUR_MS, HOUR_MS)]);
    expect(sealed.until).toBe(floorTo(NOW - HOUR_MS, HOUR_MS));
    expect(sealed.breakdownsUntil).toBe(sealed.until);
    expect([sealed.invalidatedHours.length, new Set(sealed.invalidatedHours)]).toEqual([2, hours]);
    expect(new Set(invalidations.keys())).toEqual(hours);
    // With replicas their inserts may still be under way.
    expect((await read(0, true)).invalidations).toEqual(new Map());
    await insertLanded(client, 'calls', {
      until: Date.now() + HOUR_MS,
      observedAt: NOW + 2,
      isCaughtUp: true,
    });
    expect(new Set((await read(0, true)).invalidations.keys())).toEqual(hours);
    const separately = await readSealedHours(client, 'one');
    expect({ ...separately, invalidatedHours: new Set(separately.invalidatedHours) }).toEqual({
      ...sealed,
      invalidatedHours: hours,
    });
    await sealAll(client, NOW - HOUR_MS);
    expect((await read()).sealed.invalidatedHours).toEqual([]);
  });

  it('has the quarters of the running hour that are in the totals, and a stamp of its own', async () => {
    const [before, hour] = [await read(), floorTo(NOW - HOUR_MS, HOUR_MS)];
    expect(before.sealed).toMatchObject({ until: hour, totalsUntil: hour });
    await sealRunningHour(client, hour + BUCKET_MS, 0, 0);
    const after = await read();
    expect(after.sealed).toEqual({ ...before.sealed, totalsUntil: hour + BUCKET_MS });
    expect(after.stamp).not.toBe(before.stamp);
    expect(await readSealedHours(client, 'one')).toEqual(after.sealed);
  });

  it('says whether the settings log has changes that a state does not have', async () => {
    const store = createSettingsStore(client, 'none');
    expect(store.known()).toBeUndefined();
    await insertSettings(client, [{ org: 'one', value: { time_zone: 'UTC', billing_day: 1 } }]);
    expect((await read()).hasNewSettings).toBe(true);
    const { nextOffset } = await store.refresh();
    expect(store.known()?.nextOffset).toBe(nextOffset);
    expect((await read(nextOffset)).hasNewSettings).toBe(false);
    await insertSettings(client, [{ org: 'two', value: { time_zone: 'UTC', billing_day: 1 } }]);
    expect((await read(nextOffset)).hasNewSettings).toBe(true);
  });
});
