import { readInvalidations, readResealed } from '../../../aggregator/sealing/invalidations.ts';
import { resealHours } from '../../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { sealRunningHour } from '../../../aggregator/sealing/seal-running-hour.ts';
import { formatInstant } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readTotal, readUsage } from '../../../store/usage/read.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { landedEvent } from '../events.ts';
import { useEventTime } from './event-time.ts';
import { SEAL_DELAY_MS, thisHour } from './sealing-tables.ts';

const { client, hour, landAt, seal } = useEventTime('running_hour');
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

  it('is read from the totals for an organisation whose last calls of a quarter land after its end', async () => {
    await landAt(hour + 1, [landedEvent(hour + 1)]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    await landAt(hour + 2 * BUCKET_MS + 1, [landedEvent(hour + 2 * BUCKET_MS - 1)]);
    expect(await invalidated()).toEqual([]);
    expect((await totalOf()).calls).toBe(2);
    await seal(hour + 2 * BUCKET_MS + SEAL_DELAY_MS);
    expect(await invalidated()).toEqual([]);
    expect(await readInvalidations(client(), thisHour, 0)).toEqual([]);
    expect((await totalOf()).calls).toBe(2);
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

  it('moves it also where a sealer that has read the later payload alone writes last', async () => {
    const first = landedEvent(hour + 5, { credits: 3, product: 'bigin' });
    const second = { ...first, offset: first.offset + 1, credits: 9, product: 'crm' };
    await landAt(hour + 6, [second]);
    await sealEndedHours(client(), hour + SEAL_DELAY_MS, SEAL_DELAY_MS);
    const { promise: resumed, resolve: resume } = Promise.withResolvers<undefined>();
    const { promise: read, resolve: hasRead } = Promise.withResolvers<undefined>();
    const slow = seal(
      hour + BUCKET_MS + SEAL_DELAY_MS,
      writingAfter(resumed, () => hasRead(undefined)),
    );
    await read;
    await landAt(hour + 20 * MINUTE_MS, [first]);
    await seal(hour + BUCKET_MS + SEAL_DELAY_MS);
    resume(undefined);
    await slow;
    expect(await invalidated()).toEqual([]);
    expect([await totalOf(), await totalOf('acme', 'bigin')]).toMatchObject([{ credits: 0 }, { credits: 3 }]);
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

type Statement = { readonly query: string };

/** A client that leaves its statements with a text to a function, which may pass them on. */
function intercepting(
  method: 'query' | 'command',
  text: string,
  run: (statement: Statement, pass: (statement: Statement) => Promise<unknown>) => Promise<unknown>,
): ClickHouseClient {
  return new Proxy(client(), {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const pass = async (statement: Statement): Promise<unknown> =>
        Reflect.apply(member, target, [statement]);
      if (name !== method) return pass;
      return (statement: Statement) =>
        statement.query.includes(text) ? run(statement, pass) : pass(statement);
    },
  });
}

/** A client whose counts of totals are written late: what they have read stays as it is. */
const writingAfter = (resumed: Promise<unknown>, hasRead: () => void): ClickHouseClient =>
  intercepting('command', 'FROM call_events', async (statement, pass) => {
    await pass({ query: 'CREATE TABLE read_totals AS usage_15m' });
    await pass({ ...statement, query: statement.query.replace('INTO usage_15m', 'INTO read_totals') });
    hasRead();
    await resumed;
    return pass({ query: 'INSERT INTO usage_15m SELECT * FROM read_totals' });
  });

/** A client whose statement with this text waits. */
const suspendedBefore = (
  method: 'query' | 'command',
  text: string,
  resumed: Promise<unknown>,
): ClickHouseClient =>
  intercepting(method, text, async (statement, pass) => {
    await resumed;
    return pass(statement);
  });
