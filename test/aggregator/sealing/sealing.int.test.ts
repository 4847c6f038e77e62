import fc from 'fast-check';
import { Type } from 'typebox';
import { readDayUsage } from '../../../store/charges/day-usage.ts';
import {
  clearInvalidations,
  readInvalidations,
  resealInvalidated,
  type Invalidation,
} from '../../../aggregator/sealing/invalidations.ts';
import { chunksOf } from '../../../aggregator/sealing/chunks.ts';
import { zeroReplacedRows } from '../../../aggregator/sealing/replaced-rows.ts';
import { writeRollup } from '../../../aggregator/sealing/rollup.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readTotal, readUsage } from '../../../store/usage/read.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { land, landedEvent, type LandedEvent } from '../events.ts';
import { floorTo } from '../../../domain/instants.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

const SEAL_DELAY_MS = MINUTE_MS;
const namespace = openNamespace('sealing');
const now = Date.now();
const thisHour = floorTo(now, HOUR_MS);

let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'sealing test');
});
beforeEach(async () => {
  for (const table of ['call_events', 'usage_15m', 'usage_15m_by', 'dirty_marks', 'aggregator_progress']) {
    await client.command({ query: `TRUNCATE TABLE ${table}` });
  }
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const TotalRow = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), rejected: Type.Integer() });

/** The sums of all distinct events, without rollup and plan. */
async function scan(from: number, to: number, org = 'acme') {
  const [row] = await select(
    client,
    TotalRow,
    `SELECT count() AS calls, sum(credits) AS credits, countIf(status = 429) AS rejected FROM call_events FINAL
     WHERE org_id = {org:String} AND product = 'crm'
       AND toUnixTimestamp64Milli(occurred_at) >= {from:Int64} AND toUnixTimestamp64Milli(occurred_at) < {to:Int64}`,
    { org, from, to },
  );
  return row;
}

const live = (from: number, to: number) =>
  readTotal(client, { orgId: 'acme', from, to, filters: { product: 'crm' } });

const reseal = async (): Promise<Invalidation[]> => {
  const invalidations = await readInvalidations(client, (await readProgress(client)).sealed, 0);
  await resealInvalidated(client, invalidations);
  await clearInvalidations(client, invalidations);
  return invalidations;
};

function someEvents(count: number, seed: number): LandedEvent[] {
  const next = fc.sample(fc.integer({ min: 0, max: 30 * HOUR_MS }), { numRuns: count, seed });
  return next.map((age, index) =>
    landedEvent(now - age - 1, {
      user: `user-${index % 5}`,
      status: index % 11 === 0 ? 429 : 200,
      credits: index % 11 === 0 ? 0 : index % 7,
      org: index % 13 === 0 ? 'other' : 'acme',
      product: index % 17 === 0 ? 'bigin' : 'crm',
    }),
  );
}

describe('rollup and raw edges', () => {
  it('equal a scan of all events at random instants, before, during and after sealing and with late events', async () => {
    const seed = Math.floor(now % 1_000_000);
    const compare = async (when: string) => {
      for (const age of fc.sample(fc.integer({ min: 0, max: 8 * HOUR_MS }), {
        numRuns: 15,
        seed: seed + when.length,
      })) {
        const at = now - age;
        expect({ seed, when, at, figures: await live(at - DAY_MS, at) }).toEqual({
          seed,
          when,
          at,
          figures: await scan(at - DAY_MS, at),
        });
      }
    };
    await land(client, someEvents(3_000, seed));
    await compare('nothing sealed');
    await writeRollup(client, [thisHour - 3 * HOUR_MS], 'all');
    await compare('an hour written, progress not');
    await sealEndedHours(client, now - 5 * HOUR_MS, SEAL_DELAY_MS);
    await compare('sealed up to some hours ago');
    await reseal();
    await compare('invalidations cleared');
    await sealEndedHours(client, now, SEAL_DELAY_MS);
    await compare('all ended hours sealed');
    await land(client, someEvents(200, seed + 1));
    await compare('late events landed');
    const invalidations = await readInvalidations(client, (await readProgress(client)).sealed, 0);
    expect(invalidations.length).toBeGreaterThan(0);
    await resealInvalidated(client, invalidations);
    await compare('re-sealed, invalidations not cleared');
    await land(client, someEvents(50, seed + 2));
    await clearInvalidations(client, invalidations);
    await compare('more late events before the clearing');
    await reseal();
    await compare('nothing left to do');
    expect(await reseal()).toEqual([]);
  });

  it('add up to the total in every breakdown', async () => {
    await land(client, someEvents(2_000, 7));
    await sealEndedHours(client, now - 2 * HOUR_MS, SEAL_DELAY_MS);
    await land(client, someEvents(100, 8));
    const interval = { orgId: 'acme', from: now - DAY_MS, to: now };
    const [total] = await readUsage(client, interval);
    for (const groupBy of [['user'], ['hour'], ['15m', 'status'], ['product', 'user', 'endpoint']] as const) {
      const rows = await readUsage(client, { ...interval, groupBy });
      const sum = (name: 'calls' | 'credits' | 'rejected') => rows.reduce((all, row) => all + row[name], 0);
      expect({ calls: sum('calls'), credits: sum('credits'), rejected: sum('rejected') }).toEqual(total);
    }
  });
});

describe('sealing', () => {
  it('waits until everything appended before the hour’s end plus the delay has landed', async () => {
    await land(client, [landedEvent(thisHour - 2 * HOUR_MS), landedEvent(thisHour - HOUR_MS)]);
    await sealEndedHours(client, thisHour + SEAL_DELAY_MS - 1, SEAL_DELAY_MS);
    expect((await readProgress(client)).sealed).toBe(thisHour - HOUR_MS);
    await sealEndedHours(client, thisHour + SEAL_DELAY_MS, SEAL_DELAY_MS);
    expect((await readProgress(client)).sealed).toBe(thisHour);
  });

  it('splits a backlog into chunks of a limited number of events, and never splits an hour', async () => {
    const hours = [5, 4, 3, 2, 1].map((age) => thisHour - age * HOUR_MS);
    const counts = [1, 2, 4, 0, 1];
    await land(
      client,
      hours.flatMap((hour, index) => Array.from({ length: counts[index] ?? 0 }, () => landedEvent(hour))),
    );
    const [a, b, c, d, e] = hours;
    expect(await chunksOf(client, hours, 3)).toEqual([[a, b], [c], [d, e]]);
    expect(await chunksOf(client, hours, 2)).toEqual([[a], [b], [c], [d, e]]);
    expect(await chunksOf(client, hours)).toEqual([hours]);
    expect(await chunksOf(client, [])).toEqual([]);
  });

  it('invalidates exactly the hours whose rows landed after their end', async () => {
    await land(client, [
      landedEvent(now),
      landedEvent(thisHour - 1),
      landedEvent(thisHour - 1, { org: 'other' }),
    ]);
    const invalidations = await readInvalidations(client, thisHour + HOUR_MS, 0);
    const invalidated = invalidations.map(({ org_id, hour }) => `${org_id} ${hour - thisHour}`);
    expect(new Set(invalidated)).toEqual(new Set([`acme ${-HOUR_MS}`, `other ${-HOUR_MS}`]));
  });

  it('counts a retried, repeated or redelivered event once', async () => {
    const event = landedEvent(thisHour - HOUR_MS + 5, { credits: 3 });
    await land(client, [event]);
    await land(client, [event, event]);
    await sealEndedHours(client, now, 0);
    await land(client, [{ ...event, offset: event.offset + 1_000 }]);
    await reseal();
    expect(await live(thisHour - HOUR_MS, thisHour)).toEqual({ calls: 1, credits: 3, rejected: 0 });
  });

  it('keeps the payload with the lowest offset of two under one id, whichever landed first', async () => {
    const first = landedEvent(thisHour - HOUR_MS + 5, { credits: 3, user: 'first' });
    const second = { ...first, offset: first.offset + 1, credits: 9, user: 'second' };
    await land(client, [second]);
    await land(client, [first]);
    await client.command({ query: 'OPTIMIZE TABLE call_events FINAL' });
    const [row] = await readUsage(client, { orgId: 'acme', from: now - DAY_MS, to: now, groupBy: ['user'] });
    expect(row).toEqual({ user: 'first', calls: 1, credits: 3, rejected: 0 });
  });

  it('loses no late event in any order of the steps of two sealers', async () => {
    // Each sealer reads invalidations, writes, and clears what it read. The late event lands before, between or after.
    const steps = ['readA', 'writeA', 'clearA', 'readB', 'writeB', 'clearB', 'late'];
    // Each order has its own organisation and hour, so that the n-th steps of all orders can run together.
    const stories = permutations(steps)
      .filter(isPossible)
      .map((order, index) => ({
        order,
        org: `org-${index}`,
        hour: thisHour - (4 + index) * HOUR_MS,
        read: new Map<string, Invalidation[]>(),
      }));
    await land(
      client,
      stories.map(({ hour, org }) => landedEvent(hour + 1, { org })),
    );
    for (const position of steps.keys()) {
      const about = (step: string) => stories.filter(({ order }) => order[position] === step);
      await land(
        client,
        about('late').map(({ hour, org }) => landedEvent(hour + 2, { org })),
      );
      for (const sealer of ['A', 'B']) {
        const invalidations = await readInvalidations(client, thisHour, 0);
        for (const { org, read } of about(`read${sealer}`)) {
          read.set(sealer, invalidationsOf(invalidations, org));
        }
        const readBy = (step: string) => about(step).flatMap(({ read }) => read.get(sealer) ?? []);
        await resealInvalidated(client, readBy(`write${sealer}`));
        await clearInvalidations(client, readBy(`clear${sealer}`));
      }
    }
    const rows = await select(
      client,
      Type.Object({ org_id: Type.String(), calls: Type.Integer() }),
      'SELECT org_id, calls FROM usage_15m FINAL',
    );
    const calls = new Map(rows.map((row) => [row.org_id, row.calls]));
    const invalidations = await readInvalidations(client, thisHour, 0);
    for (const { order, org } of stories) {
      // Either the rollup has both calls, or an invalidation still requests another count.
      const isRight = calls.get(org) === 2 || invalidationsOf(invalidations, org).length > 0;
      expect({ order, isRight }).toEqual({ order, isRight: true });
    }
  });

  it('moves a call to the user and endpoint of an earlier payload that lands after the seal', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    const first = landedEvent(hour + 5, { credits: 3, user: 'first', endpoint: '/a', product: 'bigin' });
    const second = { ...first, offset: first.offset + 1, credits: 9, user: 'second', product: 'crm' };
    await land(client, [second, landedEvent(hour + 6, { user: 'bystander' })]);
    await sealEndedHours(client, now, SEAL_DELAY_MS);
    await reseal();
    await land(client, [first]);
    await reseal();
    expect(await live(now - DAY_MS, now)).toEqual({ calls: 1, credits: 1, rejected: 0 });
    const interval = { orgId: 'acme', from: now - DAY_MS, to: now };
    expect(await readUsage(client, { ...interval, groupBy: ['user', 'product'] })).toEqual([
      { user: 'bystander', product: 'crm', calls: 1, credits: 1, rejected: 0 },
      { user: 'first', product: 'bigin', calls: 1, credits: 3, rejected: 0 },
    ]);
    const usage = await readDayUsage(client, { from: hour, to: hour + HOUR_MS }, thisHour, ['acme']);
    expect(usage.toSorted((a, b) => a.credits - b.credits)).toEqual([
      { orgId: 'acme', product: 'crm', calls: 1, credits: 1 },
      { orgId: 'acme', product: 'bigin', calls: 1, credits: 3 },
    ]);
  });

  it('is not undone by a sealer that read before an earlier payload landed and wrote after it', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    const first = landedEvent(hour + 5, { credits: 3, user: 'first' });
    await land(client, [{ ...first, offset: first.offset + 1, credits: 9, user: 'second' }]);
    await writeRollup(client, [hour], 'all');
    const stale = await Promise.all(['usage_15m', 'usage_15m_by'].map((table) => rowsOf(table)));
    await client.command({ query: 'TRUNCATE TABLE usage_15m' });
    await client.command({ query: 'TRUNCATE TABLE usage_15m_by' });
    await land(client, [first]);
    await sealEndedHours(client, now, SEAL_DELAY_MS);
    await reseal();
    for (const [index, table] of ['usage_15m', 'usage_15m_by'].entries()) {
      await client.insert({ table, values: stale[index] ?? [], format: 'JSONEachRow' });
    }
    await zeroReplacedRows(client, [hour]);
    expect(await live(hour, hour + HOUR_MS)).toEqual({ calls: 1, credits: 3, rejected: 0 });
    const byUser = await readUsage(client, {
      orgId: 'acme',
      from: hour,
      to: hour + HOUR_MS,
      groupBy: ['user'],
    });
    expect(byUser).toEqual([{ user: 'first', calls: 1, credits: 3, rejected: 0 }]);
  });

  it('is not undone by a sealer that counted fewer events and wrote later', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    await land(client, [landedEvent(hour), landedEvent(hour + 1)]);
    await writeRollup(client, [hour], 'all');
    const stale = {
      org_id: 'acme',
      product: 'crm',
      bucket: new Date(hour).toISOString(),
      calls: 1,
      credits: 1,
      rejected: 0,
      seen: '1',
    };
    await client.insert({ table: 'usage_15m', values: [stale], format: 'JSONEachRow' });
    const [row] = await select(client, TotalRow, 'SELECT calls, credits, rejected FROM usage_15m FINAL');
    expect(row?.calls).toBe(2);
  });
});

/** Every row as it was written, including replaced ones. */
async function rowsOf(table: string): Promise<unknown[]> {
  const result = await client.query({
    query: `SELECT * FROM ${table}`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  return result.json();
}

const invalidationsOf = (invalidations: readonly Invalidation[], org: string): Invalidation[] =>
  invalidations.filter(({ org_id }) => org_id === org);

function permutations(items: readonly string[]): string[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item].concat(rest)),
  );
}

/** Each sealer reads, then writes, then clears. A reads first, as the two are interchangeable. */
function isPossible(order: readonly string[]): boolean {
  const at = (step: string) => order.indexOf(step);
  return (
    at('readA') < at('readB') &&
    ['A', 'B'].every((s) => at(`read${s}`) < at(`write${s}`) && at(`write${s}`) < at(`clear${s}`))
  );
}
