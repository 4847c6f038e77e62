import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { nextChargeRecord } from '../../../domain/closing/next-revision.ts';
import type { BreakdownName, Explanation } from '../../../store/explain/explanation.ts';
import { readExplanation } from '../../../store/explain/read.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { canonical } from '../../../domain/money.ts';
import { callEvent, insertCharges, insertEvents, insertSettings } from '../../api/tables.ts';
import { countOf, trafficOf, within } from '../../api/traffic.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { routeOf } from '../usage/route-of.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

/** In Kolkata, which is 5:30 h ahead, a day begins at 18:30 UTC. */
const DATE = '2026-11-20';
const FROM = Date.parse('2026-11-19T18:30:00Z');
const TO = FROM + DAY_MS;
const TOP = 2;

const namespace = openNamespace('explain');
let client: ClickHouseClient;
let events: CallEvent[];

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'explain test');
  await insertSettings(client, [
    { org: 'acme', value: { time_zone: 'Asia/Kolkata', billing_day: 1 } },
    { org: 'acme', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 4_000 } },
    { org: 'acme', product: 'crm', value: { additional_limit: 20_000 }, from: FROM + 6 * HOUR_MS },
    { org: 'acme', product: 'crm', value: { additional_limit: 1_000 }, from: FROM + 9 * HOUR_MS },
  ]);
  events = trafficOf('acme', 2_000, { from: FROM - 3 * HOUR_MS, to: TO + 3 * HOUR_MS, seed: 4 });
  await insertEvents(client, [
    ...events,
    ...trafficOf('other', 200, { from: FROM, to: TO, seed: 5 }),
    ...events.slice(0, 100),
  ]);
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

async function explain(): Promise<Explanation> {
  const settings = await createSettingsStore(client, 'none').refresh();
  const org = settings.history('acme');
  const subscription = org?.subscriptions[0];
  const day = org && calendarOf(org.timeZone).dayByDate(DATE);
  if (!org || !subscription || !day) throw new Error('acme is not known');
  const { catalogues } = settings;
  return readExplanation(client, { org, subscription, catalogues, day, top: TOP });
}

/** Records the close of the day in place of an aggregator. */
async function close(used: number): Promise<void> {
  const settings = await createSettingsStore(client, 'none').refresh();
  const org = settings.history('acme');
  const day = org && calendarOf(org.timeZone).dayByDate(DATE);
  if (!org || !day) throw new Error('acme is not known');
  const usage = { orgId: 'acme', product: 'crm', calls: 1, credits: used };
  const record = nextChargeRecord(settings.catalogues, org, day, usage, undefined, TO + HOUR_MS);
  if (!record) throw new Error('no revision');
  await insertCharges(client, [record]);
}

const crmOfTheDay = () => within(events, FROM, TO).filter(({ product }) => product === 'crm');

type Sums = { readonly calls: number; readonly credits: number; readonly rejected: number };
const plus = (rows: readonly Sums[]): Sums =>
  rows.reduce(
    (sum, row) => ({
      calls: sum.calls + row.calls,
      credits: sum.credits + row.credits,
      rejected: sum.rejected + row.rejected,
    }),
    { calls: 0, credits: 0, rejected: 0 },
  );

const VALUES: Readonly<Record<BreakdownName, (event: CallEvent) => string>> = {
  user: ({ user_id }) => user_id,
  app: ({ app_id }) => app_id,
  route: ({ endpoint }) => routeOf(endpoint),
  endpoint: ({ endpoint }) => endpoint,
  rule: ({ rule }) => rule,
};

/** Checks an explanation against the events themselves. */
function expectEveryLevelToAddUp({ charge, total, hours, breakdowns }: Explanation): void {
  expect(total).toEqual(countOf(crmOfTheDay()));
  expect(charge?.used).toBe(total.credits);
  expect(charge && charge.included + charge.billed + charge.overLimit).toBe(total.credits);
  expect(charge?.lines.reduce((sum, { credits }) => sum + credits, 0)).toBe(charge?.billed);
  expect(plus(hours)).toEqual(total);
  for (const { from, to, ...sums } of hours) {
    expect(sums).toEqual(countOf(within(crmOfTheDay(), from, to)));
  }
  for (const { by, top, other } of breakdowns) {
    expect(top.length).toBeLessThanOrEqual(TOP);
    expect(plus([...top, other])).toEqual(total);
    for (const { value, ...sums } of top) {
      expect(sums).toEqual(countOf(crmOfTheDay().filter((event) => VALUES[by](event) === value)));
    }
  }
}

describe('the explanation of a day', () => {
  it('adds up on every level to an independent count, unsealed, half sealed and sealed', async () => {
    const unsealed = await explain();
    expectEveryLevelToAddUp(unsealed);
    await sealEndedHours(client, FROM + 7 * HOUR_MS, MINUTE_MS);
    expect(await explain()).toEqual(unsealed);
    await sealEndedHours(client, TO + 6 * HOUR_MS, MINUTE_MS);
    expect(await explain()).toEqual(unsealed);
  });

  it('clips its hours to a day that begins on a half hour', async () => {
    const { hours } = await explain();
    expect(hours[0]?.from).toBe(FROM);
    expect(hours[0]?.to).toBe(FROM + HOUR_MS / 2);
    expect(hours.at(-1)?.to).toBe(TO);
  });

  it('lists the largest users first, and sums up the rest as other', async () => {
    const { breakdowns, total } = await explain();
    const users = breakdowns.find(({ by }) => by === 'user');
    const credits = ['ann', 'bob', 'cem', 'dörte']
      .map((name) => countOf(crmOfTheDay().filter(({ user_id }) => user_id === name)).credits)
      .toSorted((a, b) => b - a);
    expect(users?.top.map((row) => row.credits)).toEqual(credits.slice(0, TOP));
    expect(users?.other.credits).toBe(total.credits - (credits[0] ?? 0) - (credits[1] ?? 0));
  });

  it('shows the limits in effect, who set them, and which of them applies to the day', async () => {
    const { terms, charge } = await explain();
    expect(
      terms.map(({ from, to, allowance, decidesIncluded, decidesLimit, change }) => ({
        hours: [(from - FROM) / HOUR_MS, (to - FROM) / HOUR_MS],
        limit: allowance.additionalLimit,
        decidesIncluded,
        decidesLimit,
        by: change.recordedBy,
      })),
    ).toEqual([
      { hours: [0, 6], limit: 4_000, decidesIncluded: true, decidesLimit: false, by: 'test' },
      { hours: [6, 9], limit: 20_000, decidesIncluded: false, decidesLimit: true, by: 'test' },
      { hours: [9, 24], limit: 1_000, decidesIncluded: false, decidesLimit: false, by: 'test' },
    ]);
    expect([charge?.included, charge?.additionalLimit]).toEqual([5_000, 20_000]);
  });

  it('has the figures of the last revision, and the change that late events will make', async () => {
    const { credits } = countOf(crmOfTheDay());
    await close(credits);
    const closed = await explain();
    expect(closed.pending).toBeNull();
    const [revision] = closed.revisions;
    expect(revision).toMatchObject({ revision: 1, used: credits, billed_credits: closed.charge?.billed });
    expect(revision && canonical(revision.amount)).toBe(closed.charge && canonical(closed.charge.amount));

    const late = callEvent({ org_id: 'acme', occurred_at: FROM + 5, credits: 1_000, user_id: 'late' });
    await insertEvents(client, [late]);
    events.push(late);
    const changed = await explain();
    expectEveryLevelToAddUp(changed);
    expect(changed.pending).toMatchObject({ usedCredits: 1_000, deltaCredits: 1_000 });
    expect(changed.pending && canonical(changed.pending.deltaAmount)).toBe('0.14');
  });

  it('has the filter that selects its single calls', async () => {
    expect((await explain()).calls).toEqual({ from: FROM, to: TO, product: 'crm' });
  });
});
