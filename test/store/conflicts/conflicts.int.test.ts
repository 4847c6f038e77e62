import { readConflictHours, readConflicts, type Conflict } from '../../../store/conflicts/read.ts';
import { clearInvalidations, readInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../../aggregator/sealing/reseal.ts';
import { writeRollup } from '../../../aggregator/sealing/rollup.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { ROLLUPS } from '../../../store/usage/breakdowns.ts';
import { land, landedEvent } from '../../aggregator/events.ts';
import { floorTo } from '../../../domain/instants.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

const now = Date.now();
const hour = floorTo(now, HOUR_MS) - 5 * HOUR_MS;
const always = { orgId: 'acme', from: 0, to: now };

const namespace = openNamespace('conflicts');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'conflicts test');
});
beforeEach(async () => {
  const rollups = ROLLUPS.map(({ table }) => table);
  const tables = ['call_events', 'event_payloads', 'payload_conflicts', ...rollups];
  for (const table of [...tables, 'dirty_marks', 'aggregator_progress']) {
    await namespace.onTables(`TRUNCATE TABLE ${table}`);
  }
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const seal = () => sealEndedHours(client, hour + 3 * HOUR_MS, MINUTE_MS);

async function reseal(): Promise<void> {
  const invalidations = await readInvalidations(client, hour + 2 * HOUR_MS, 0);
  await resealInvalidated(client, invalidations);
  await clearInvalidations(client, invalidations);
}

async function count(request = always): Promise<number> {
  const hours = await readConflictHours(client, request);
  return hours.reduce((sum, { conflicts }) => sum + conflicts, 0);
}

/** The latest conflicts of the organisation. */
async function latest(limit: number, before?: Conflict): Promise<Conflict[]> {
  const hours = await readConflictHours(client, always);
  const position = before && { occurredAt: before.occurred_at, eventId: before.event_id };
  return readConflicts(client, { orgId: 'acme', hours, before: position, limit });
}

const merge = async () => {
  for (const table of ['call_events', 'event_payloads']) {
    await namespace.onTables(`OPTIMIZE TABLE ${table} FINAL`);
  }
};

describe('two payloads under one id', () => {
  it('are counted and shown with the payload that counts, also after a merge has dropped the other', async () => {
    const first = landedEvent(hour + 5, { credits: 3, user: 'first' });
    await land(client, [{ ...first, offset: first.offset + 1, credits: 9, user: 'second' }, first]);
    await merge();
    await seal();
    expect(await count()).toBe(1);
    expect(await latest(10)).toEqual([
      {
        event_id: first.id,
        occurred_at: hour + 5,
        payloads: 2,
        user_id: 'first',
        endpoint: '/leads',
        credits: 3,
      },
    ]);
  });

  it('are not a conflict where they are equal, however often landed, merged and sealed', async () => {
    const event = landedEvent(hour + 5);
    await land(client, [event, event]);
    await merge();
    await land(client, [{ ...event, offset: event.offset + 7 }]);
    await seal();
    await land(client, [event]);
    await reseal();
    expect(await count()).toBe(0);
  });

  it('count once per id, regardless of retries, redeliveries and re-seals', async () => {
    const first = landedEvent(hour + 5, { credits: 3 });
    const second = { ...first, offset: first.offset + 1, credits: 4 };
    await land(client, [first, second]);
    await land(client, [first, second]);
    await seal();
    await merge();
    await land(client, [second]);
    await reseal();
    await writeRollup(client, [hour], 'all');
    expect(await count()).toBe(1);
    await land(client, [{ ...first, offset: first.offset + 2, status: 404 }]);
    await reseal();
    expect((await latest(10)).map(({ payloads }) => payloads)).toEqual([3]);
  });

  it('are found when the second lands after the seal, in the invalidated organisation only', async () => {
    const [mine, other] = [landedEvent(hour + 5), landedEvent(hour + 6, { org: 'other' })];
    await land(client, [mine, other]);
    await seal();
    await land(client, [{ ...mine, offset: mine.offset + 9, endpoint: '/deals' }]);
    await reseal();
    expect(await count()).toBe(1);
    expect(await count({ ...always, orgId: 'other' })).toBe(0);
    expect(await count({ ...always, from: hour + HOUR_MS })).toBe(0);
  });

  it('are listed latest first, up to a limit, and continue after any of them', async () => {
    const ids: string[] = [];
    for (const age of [0, 100, 101, HOUR_MS, HOUR_MS + 100]) {
      const event = landedEvent(hour + age);
      ids.unshift(event.id);
      await land(client, [
        event,
        { ...event, offset: event.offset + 100, credits: 77 },
        landedEvent(hour + age),
      ]);
    }
    await seal();
    expect(await count()).toBe(5);
    expect((await latest(10)).map(({ event_id }) => event_id)).toEqual(ids);
    const first = await latest(3);
    const second = await latest(3, first.at(-1));
    expect([first.length, second.length]).toEqual([3, 2]);
    expect([...first, ...second].map(({ event_id }) => event_id)).toEqual(ids);
  });
});
