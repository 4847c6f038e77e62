import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { readCredits } from '../../../store/usage/read-credits.ts';
import type { Interval } from '../../../store/usage/rollup-plan.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import { countOf, trafficOf, within } from '../../api/traffic.ts';
import { randomOf } from '../../random.ts';
import { openNamespace } from '../../servers/namespace.ts';

const END = Date.parse('2026-11-22T10:20:30.400Z');
const START = END - 3 * DAY_MS;
const traffic = trafficOf('one', 4_000, { from: START, to: END, seed: 5 });
const ofProduct = traffic.filter(({ product }) => product === 'crm');

const namespace = openNamespace('read_credits');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'read credits test');
  await insertEvents(client, traffic);
  await insertEvents(client, traffic.slice(0, 300));
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const read = async (intervals: readonly Interval[]): Promise<number[]> =>
  readCredits(client, await readSealedHours(client, 'one'), { orgId: 'one', product: 'crm', intervals });
const counted = (intervals: readonly Interval[], events = ofProduct): number[] =>
  intervals.map(({ from, to }) => countOf(within(events, from, to)).credits);

describe('the credits of several intervals', () => {
  it.each(['not sealed', 'sealed', 'sealed, some of them invalidated'])(
    'equal a count of the events, where the hours are %s',
    async (state) => {
      if (state !== 'not sealed') await sealAll(client, END - HOUR_MS);
      // Once more: a repeat changes no figure, but invalidates its hour.
      if (state.includes('invalidated')) await insertEvents(client, traffic.slice(1_000, 1_040));
      const random = randomOf(3);
      const instant = (): number => START + Math.floor(random() * 3 * DAY_MS);
      for (let round = 0; round < 6; round += 1) {
        const to = instant();
        const midnight = Math.floor(to / BUCKET_MS) * BUCKET_MS - 5 * HOUR_MS;
        const [a, b] = [instant(), instant()].toSorted((one, other) => one - other);
        const intervals = [
          { from: to - DAY_MS, to },
          { from: midnight, to: midnight + DAY_MS },
          { from: a ?? 0, to: b ?? 0 },
        ];
        expect(await read(intervals)).toEqual(counted(intervals));
      }
    },
  );

  it('count the payload that came first under an id, also where the other one is of another product', async () => {
    const first = callEvent({ org_id: 'two', occurred_at: END - 1_000, product: 'bigin', credits: 7 });
    await insertEvents(client, [first]);
    await insertEvents(client, [{ ...first, product: 'crm', credits: 9 }]);
    const sealed = await readSealedHours(client, 'two');
    const readOf = (product: string) =>
      readCredits(client, sealed, { orgId: 'two', product, intervals: [{ from: END - DAY_MS, to: END }] });
    expect([await readOf('bigin'), await readOf('crm')]).toEqual([[7], [0]]);
  });

  it('are zeros for empty intervals', async () => {
    expect(await read([{ from: END, to: END }])).toEqual([0]);
    expect(
      await read([
        { from: 0, to: 0 },
        { from: 0, to: DAY_MS },
      ]),
    ).toEqual([0, 0]);
  });

  it('are right where hours are sealed again between the two statements', async () => {
    await sealAll(client, END - HOUR_MS);
    const late = callEvent({ org_id: 'one', occurred_at: END - 5 * HOUR_MS, credits: 1_000 });
    await insertEvents(client, [late]);
    const intervals = [{ from: END - DAY_MS, to: END }];
    const sealed = await readSealedHours(client, 'one');
    await sealAll(client, END - HOUR_MS);
    expect(await readCredits(client, sealed, { orgId: 'one', product: 'crm', intervals })).toEqual(
      counted(intervals, [...ofProduct, late]),
    );
    expect(await read(intervals)).toEqual(counted(intervals, [...ofProduct, late]));
  });

  it('are right where an hour is sealed for the first time between the two statements', async () => {
    const intervals = [{ from: END - DAY_MS, to: END }];
    const sealed = await readSealedHours(client, 'one');
    await sealAll(client, Math.floor(END / HOUR_MS) * HOUR_MS);
    expect((await readSealedHours(client, 'one')).until).toBeGreaterThan(sealed.until);
    const before = await readCredits(client, sealed, { orgId: 'one', product: 'crm', intervals });
    expect(await read(intervals)).toEqual(before);
  });
});
