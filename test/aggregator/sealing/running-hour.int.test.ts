import {
  clearInvalidations,
  readInvalidations,
  readResealed,
} from '../../../aggregator/sealing/invalidations.ts';
import { resealHours } from '../../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { sealRunningHour } from '../../../aggregator/sealing/seal-running-hour.ts';
import { floorTo, formatInstant } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { readUsageOfMany } from '../../../store/alerts/usage-of-many.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readCredits } from '../../../store/usage/read-credits.ts';
import { readTotal, readUsage } from '../../../store/usage/read.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { randomOf } from '../../random.ts';
import { land, landedEvent, type LandedEvent } from '../events.ts';
import { SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

/** The clock of these tests begins in an hour that is over: the view, which goes by ClickHouse's, is replaced. */
const hour = thisHour - 5 * HOUR_MS;
const client = useSealingTables('running_hour');
beforeAll(() => client.onTables('DROP VIEW mark_late_events'));

/** Lands events at an instant, and invalidates their hours as the view does. */
async function landAt(at: number, events: readonly LandedEvent[]): Promise<void> {
  if (events.length > 0) await land(client(), events);
  const late = events.filter((event) => floorTo(event.at, BUCKET_MS) + BUCKET_MS <= at);
  const hours = new Map(late.map((event) => [`${event.org} ${floorTo(event.at, HOUR_MS)}`, event]));
  if (hours.size === 0) return;
  await client().insert({
    table: 'dirty_marks',
    values: [...hours.values()].map((event) => ({
      org_id: event.org,
      hour: formatInstant(floorTo(event.at, HOUR_MS)),
      id: crypto.randomUUID(),
      cleared: 0,
      marked_at: formatInstant(at),
    })),
    format: 'JSONEachRow',
  });
}

/** What an aggregator does at an instant at which everything has landed. */
async function seal(at: number, by: ClickHouseClient = client()): Promise<void> {
  await sealEndedHours(by, at, SEAL_DELAY_MS);
  await sealRunningHour(by, at, SEAL_DELAY_MS, 0);
}

const invalidated = async (): Promise<readonly number[]> =>
  (await readSealedHours(client(), 'acme')).invalidatedHours;
const totalsUntil = async (): Promise<number> => (await readProgress(client())).totals - hour;
const totalOf = (org = 'acme', product = 'crm') =>
  readTotal(client(), { orgId: org, from: hour - DAY_MS, to: hour + DAY_MS, filters: { product } });
const rollup = async (): Promise<unknown> => {
  const answer = await client().query({
    query: `SELECT org_id, product, toString(bucket) AS bucket, calls FROM usage_15m FINAL WHERE calls > 0 ORDER BY ALL`,
    format: 'JSONCompactEachRow',
  });
  return answer.json();
};
const quarter = (index: number): string =>
  formatInstant(hour + index * BUCKET_MS)
    .slice(0, 19)
    .replace('T', ' ');

describe('the running hour', () => {
  it('has its ended quarters in the totals, once everything that was appended before their end has landed', async () => {
    await landAt(hour + 1, [landedEvent(hour + 1)]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS - 1);
    expect(await totalsUntil()).toBe(0);
    await landAt(hour + BUCKET_MS, [
      landedEvent(hour + BUCKET_MS),
      landedEvent(hour + BUCKET_MS, { org: 'other' }),
    ]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    expect(await totalsUntil()).toBe(BUCKET_MS);
    expect(await rollup()).toEqual([['acme', 'crm', quarter(0), 1]]);
    await seal(hour + 2 * BUCKET_MS + SEAL_DELAY_MS);
    expect(await rollup()).toEqual([
      ['acme', 'crm', quarter(0), 1],
      ['acme', 'crm', quarter(1), 1],
      ['other', 'crm', quarter(1), 1],
    ]);
    expect(await readProgress(client())).toEqual({
      sealed: hour,
      breakdowns: hour,
      totals: hour + 2 * BUCKET_MS,
      closed: 0,
    });
  });

  it('is sealed in every rollup when it is over', async () => {
    await landAt(hour + 1, [landedEvent(hour + 1)]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    await seal(hour + HOUR_MS + SEAL_DELAY_MS);
    expect(await readProgress(client())).toMatchObject({ sealed: hour + HOUR_MS, totals: hour + HOUR_MS });
    const byUser = await readUsage(client(), {
      orgId: 'acme',
      from: hour,
      to: hour + HOUR_MS,
      groupBy: ['user'],
    });
    expect(byUser).toMatchObject([{ user: 'ada', calls: 1 }]);
  });

  it('is counted from the events for an organisation with a late call, until the next quarter has it', async () => {
    await landAt(hour + 1, [landedEvent(hour + 1), landedEvent(hour + 1, { org: 'other' })]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    await landAt(hour + 20 * MINUTE_MS, [landedEvent(hour + 2)]);
    expect(await invalidated()).toEqual([hour]);
    expect((await totalOf()).calls).toBe(2);
    await seal(hour + 2 * BUCKET_MS + SEAL_DELAY_MS);
    expect(await invalidated()).toEqual([]);
    expect(await rollup()).toEqual([
      ['acme', 'crm', quarter(0), 2],
      ['other', 'crm', quarter(0), 1],
    ]);
    await seal(hour + HOUR_MS + SEAL_DELAY_MS);
    // Nothing is left to count again, or to compare.
    expect([await readInvalidations(client(), thisHour, 0), await readResealed(client())]).toEqual([[], []]);
  });

  it('moves a call to the product of an earlier payload that lands after its quarter was counted', async () => {
    const first = landedEvent(hour + 5, { credits: 3, product: 'bigin' });
    const second = { ...first, offset: first.offset + 1, credits: 9, product: 'crm' };
    await landAt(hour + 6, [second]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    await landAt(hour + 20 * MINUTE_MS, [first]);
    await seal(hour + 2 * BUCKET_MS + SEAL_DELAY_MS);
    expect(await invalidated()).toEqual([]);
    expect([await totalOf(), await totalOf('acme', 'bigin')]).toMatchObject([{ credits: 0 }, { credits: 3 }]);
    expect(await rollup()).toEqual([['acme', 'bigin', quarter(0), 1]]);
  });

  it('is not counted before a quarter has ended since the process started', async () => {
    await landAt(hour + 1, [landedEvent(hour + 1)]);
    await sealEndedHours(client(), hour + SEAL_DELAY_MS, SEAL_DELAY_MS);
    await sealRunningHour(client(), hour + 29 * MINUTE_MS, SEAL_DELAY_MS, hour + BUCKET_MS + 1);
    expect(await totalsUntil()).toBe(0);
    await sealRunningHour(client(), hour + 31 * MINUTE_MS, SEAL_DELAY_MS, hour + BUCKET_MS + 1);
    expect(await totalsUntil()).toBe(2 * BUCKET_MS);
  });

  it.each([
    ['by a clock that is behind', 2 * BUCKET_MS - 1],
    ['by any clock', 2 * BUCKET_MS + 1],
  ])('keeps invalidations that may be of a quarter that has ended since, %s', async (_, late) => {
    await landAt(hour + 1, [landedEvent(hour + 1)]);
    await sealEndedHours(client(), hour + SEAL_DELAY_MS, SEAL_DELAY_MS);
    await landAt(hour + late, [landedEvent(hour + 2)]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    expect(await totalsUntil()).toBe(BUCKET_MS);
    expect(await invalidated()).toEqual([hour]);
  });

  it('loses no late call where a process that was suspended goes on after another one has sealed the hour', async () => {
    await landAt(hour + 1, [landedEvent(hour + 1)]);
    await sealEndedHours(client(), hour + SEAL_DELAY_MS, SEAL_DELAY_MS);
    const { promise: resumed, resolve: resume } = Promise.withResolvers<undefined>();
    const suspended = seal(
      hour + BUCKET_MS + SEAL_DELAY_MS,
      suspendedBefore('query', 'FROM dirty_marks', resumed),
    );
    const writing = seal(hour + BUCKET_MS + SEAL_DELAY_MS, suspendedBefore('command', 'usage_15m', resumed));
    await seal(hour + HOUR_MS + SEAL_DELAY_MS);
    await landAt(hour + 2 * HOUR_MS, [landedEvent(hour + 2), landedEvent(hour + 50 * MINUTE_MS)]);
    resume(undefined);
    await Promise.all([suspended, writing]);
    expect(await readProgress(client())).toMatchObject({ sealed: hour + HOUR_MS, totals: hour + HOUR_MS });
    expect(await invalidated()).toEqual([hour]);
    expect((await totalOf()).calls).toBe(3);
    await resealHours(client(), hour + HOUR_MS, 0);
    expect(await invalidated()).toEqual([]);
    expect((await totalOf()).calls).toBe(3);
  });
});

/** A client whose statement with this text waits. */
function suspendedBefore(
  method: 'query' | 'command',
  text: string,
  resumed: Promise<unknown>,
): ClickHouseClient {
  return new Proxy(client(), {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (request: { readonly query?: string }) => {
        if (name === method && request.query?.includes(text) === true) await resumed;
        return Reflect.apply(member, target, [request]) as unknown;
      };
    },
  });
}

const SEEDS = [1, 2, 3];
const STEPS = 40;

describe('current usage while the hour runs', () => {
  it.each(SEEDS)('equals a count of the events after every step of seed %i', async (seed) => {
    const random = randomOf(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const orgs = ['acme', 'other'];
    const products = ['crm', 'bigin'];
    const landed: LandedEvent[] = [];
    let at = hour + MINUTE_MS;
    const from = hour - 2 * HOUR_MS;
    const newEvent = (): LandedEvent => {
      const age = random() < 0.7 ? below(2 * MINUTE_MS) : below(at - from);
      return landedEvent(at - age, {
        org: orgs[below(2)] ?? '',
        product: products[below(2)] ?? '',
        credits: 1 + below(9),
        offset: 10_000_000 + landed.length,
      });
    };
    /** The same id, from before or after, of any product. */
    const repeated = (event: LandedEvent): LandedEvent => ({
      ...event,
      offset: random() < 0.5 ? 9_000_000 - landed.length : 20_000_000 + landed.length,
      product: products[below(2)] ?? '',
      credits: 1 + below(9),
    });
    const step = async (): Promise<void> => {
      const kind = below(10);
      if (kind < 4) {
        const again = landed[below(landed.length)];
        const events = Array.from({ length: 1 + below(4) }, newEvent);
        if (again !== undefined && random() < 0.5) events.push(repeated(again));
        landed.push(...events);
        await landAt(at, events);
      } else if (kind < 7) {
        at += below(12 * MINUTE_MS);
      } else if (kind < 9) {
        await seal(at);
      } else {
        await resealHours(client(), (await readProgress(client())).sealed, 0);
        await clearInvalidations(client(), await readResealed(client()));
      }
    };
    /** By plain arithmetic: of each id the payload with the lowest offset. */
    const expected = (org: string, product: string, to: number): number => {
      const first = new Map<string, LandedEvent>();
      for (const event of landed) {
        const other = first.get(event.id);
        if (other === undefined || event.offset < other.offset) first.set(event.id, event);
      }
      return [...first.values()]
        .filter((event) => event.org === org && event.product === product)
        .filter((event) => event.at >= from && event.at < to)
        .reduce((sum, { credits }) => sum + credits, 0);
    };
    for (let index = 0; index < STEPS; index += 1) {
      await step();
      const to = at - below(20 * MINUTE_MS);
      const interval = { from, to };
      const [org, product] = [orgs[index % 2] ?? '', products[below(2)] ?? ''];
      const filters = { product };
      const sealed = await readSealedHours(client(), org);
      const request = { orgId: org, product, intervals: [interval] };
      const [credits] = await readCredits(client(), sealed, request);
      const total = await readTotal(client(), { orgId: org, ...interval, filters });
      const byUser = await readUsage(client(), { orgId: org, ...interval, filters, groupBy: ['user'] });
      const many = await readUsageOfMany(client(), { orgIds: orgs, asOf: to, aheadMs: 0 });
      const want = expected(org, product, to);
      const found = [credits, total.credits, byUser[0]?.credits ?? 0, many(org, product).used];
      expect({ index, found }).toEqual({ index, found: [want, want, want, want] });
    }
    const end = floorTo(at, HOUR_MS) + DAY_MS;
    await seal(end);
    await resealHours(client(), end, 0);
    for (const org of orgs) {
      for (const product of products)
        expect((await totalOf(org, product)).credits).toBe(expected(org, product, Infinity));
    }
  });
});
