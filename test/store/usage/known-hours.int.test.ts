import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { CurrentCredits } from '../../../store/usage/current-credits.ts';
import type { Interval } from '../../../store/usage/rollup-plan.ts';
import { SharedBasis } from '../../../store/usage/shared-basis.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents, insertLanded } from '../../api/tables.ts';
import { randomOf } from '../../random.ts';
import { openNamespace } from '../../servers/namespace.ts';

/** ClickHouse's own clock decides what is late. */
const NOW = Date.now();
const RUNNING_HOUR = NOW - (NOW % HOUR_MS);
const PRODUCTS = ['crm', 'bigin'] as const;
const namespace = openNamespace('known_hours');
let client: ClickHouseClient;
let uptime = 0;
let bases: SharedBasis;
let current: CurrentCredits;
let orgs = 0;
let orgId: string;
let landed: CallEvent[];
/** Of each statement that read events. */
let hoursRead: number[] = [];

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'known hours test');
  bases = new SharedBasis(client, 'calls', true);
  const query = client.query.bind(client);
  client.query = (params) => {
    const hours: unknown = params.query_params?.['raw_hours'];
    if (Array.isArray(hours)) hoursRead.push(hours.length);
    return query(params);
  };
});
/** All that was appended so long after now has landed: inserts that invalidated hours have ended. */
const report = (aheadMs: number): Promise<void> =>
  insertLanded(client, 'calls', {
    until: Date.now() + aheadMs,
    observedAt: Date.now(),
    isCaughtUp: true,
    nextOffset: 1,
  });

beforeEach(async () => {
  await report(HOUR_MS);
  orgId = `org-${(orgs += 1)}`;
  current = new CurrentCredits(client, () => uptime);
  landed = [];
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

async function land(events: readonly CallEvent[]): Promise<void> {
  await insertEvents(client, events);
  landed.push(...events);
}
const callAt = (occurred_at: number, credits: number, product: string = PRODUCTS[0]): CallEvent =>
  callEvent({ org_id: orgId, occurred_at, credits, product });
const seal = (): Promise<void> => sealAll(client, RUNNING_HOUR);

/** As the API answers a request. */
async function answer(intervals: readonly Interval[], product: string = PRODUCTS[0]) {
  hoursRead = [];
  const request = { orgId, product, intervals };
  const begun = current.begin(request);
  const { credits } = await current.read(
    request,
    await bases.read({ orgId, settingsFrom: 0, now: NOW }),
    begun,
  );
  return { credits, hours: hoursRead.at(-1) ?? 0 };
}

/** Each event once, by its id. */
function counted(intervals: readonly Interval[], product: string): number[] {
  const events = [...new Map(landed.map((event) => [event.event_id, event])).values()];
  return intervals.map(({ from, to }) =>
    events
      .filter((event) => event.product === product && event.occurred_at >= from && event.occurred_at < to)
      .reduce((sum, { credits }) => sum + credits, 0),
  );
}

const lastDay = [{ from: NOW - DAY_MS, to: NOW }];

it('an invalidated hour is read from the events once, as long as nothing else of it lands', async () => {
  await land([callAt(NOW - 5 * HOUR_MS, 1), callAt(NOW - 9 * HOUR_MS, 10)]);
  await seal();
  const sealed = await answer(lastDay);
  await land([callAt(NOW - 5 * HOUR_MS + 1, 100), callAt(NOW - 9 * HOUR_MS + 1, 1_000)]);
  expect(await answer(lastDay)).toEqual({ credits: [1_111], hours: sealed.hours + 2 });
  expect(await answer(lastDay)).toEqual({ credits: [1_111], hours: sealed.hours });
  await land([callAt(NOW - 5 * HOUR_MS + 2, 10_000)]);
  expect(await answer(lastDay)).toEqual({ credits: [11_111], hours: sealed.hours + 1 });
  uptime += HOUR_MS;
  expect(await answer(lastDay)).toEqual({ credits: [11_111], hours: sealed.hours + 2 });
  await seal();
  expect(await answer(lastDay)).toEqual({ credits: [11_111], hours: sealed.hours });
});

it('an invalidated hour is read every time until the inserts that invalidated it have ended everywhere', async () => {
  await land([callAt(NOW - 5 * HOUR_MS, 1)]);
  await seal();
  await land([callAt(NOW - 5 * HOUR_MS + 1, 10)]);
  await report(-1);
  const first = await answer(lastDay);
  expect(await answer(lastDay)).toEqual({ credits: [11], hours: first.hours });
  await report(2 * MINUTE_MS);
  // The first one begins by what was known before, and the second one is remembered.
  for (let answers = 0; answers < 2; answers += 1) await answer(lastDay);
  expect(await answer(lastDay)).toEqual({ credits: [11], hours: first.hours - 1 });
});

it('an hour in which an interval begins or ends is read every time', async () => {
  await land([callAt(NOW - 5 * HOUR_MS, 1)]);
  await seal();
  await land([callAt(NOW - 5 * HOUR_MS + 1, 10)]);
  const intervals = [...lastDay, { from: NOW - 5 * HOUR_MS + 1, to: NOW }];
  const first = await answer(intervals);
  expect(first.credits).toEqual([11, 10]);
  expect(await answer(intervals)).toEqual(first);
});

it.each([1, 2, 3])(
  'the credits equal a count of the events whatever lands and is sealed (seed %i)',
  async (seed) => {
    const random = randomOf(seed);
    const below = (end: number): number => Math.floor(random() * end);
    const someCall = (): CallEvent =>
      callAt(NOW - 1 - below(27 * HOUR_MS), 1 + below(1_000), PRODUCTS[below(PRODUCTS.length)]);
    let leftOut = 0;
    for (let step = 0; step < 60; step += 1) {
      const what = random();
      if (what < 0.4) await land(Array.from({ length: 1 + below(5) }, someCall));
      else if (what < 0.5 && landed.length > 0) await land([landed[below(landed.length)] ?? someCall()]);
      else if (what < 0.65) await seal();
      uptime += below(30 * MINUTE_MS);
      const to = NOW - below(2) * below(3 * HOUR_MS);
      const midnight = NOW - (NOW % DAY_MS) - 45 * MINUTE_MS * below(2);
      const intervals = [
        { from: to - DAY_MS, to },
        { from: midnight, to: midnight + DAY_MS },
      ];
      const product = PRODUCTS[below(PRODUCTS.length)] ?? PRODUCTS[0];
      const first = await answer(intervals, product);
      const second = await answer(intervals, product);
      expect([first.credits, second.credits]).toEqual([
        counted(intervals, product),
        counted(intervals, product),
      ]);
      leftOut += first.hours - second.hours;
    }
    // Otherwise it has shown nothing.
    expect(leftOut).toBeGreaterThan(0);
  },
);
