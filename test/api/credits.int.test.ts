import type { Static } from 'typebox';
import { ReturningAnswer } from '../../api/credits/returning-route.ts';
import { CreditsAnswer } from '../../api/credits/route.ts';
import { CreditUsersAnswer } from '../../api/credits/users-route.ts';
import type { Claims } from '../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from './api-under-test.ts';
import { callEvent, insertEvents, insertLanded, insertSettings } from './tables.ts';
import { sealAll } from './sealing.ts';
import { countOf, trafficOf, within } from './traffic.ts';
import { randomOf } from '../random.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const FIRST = NOW - 4 * DAY_MS;
const RAISED = NOW - 2 * DAY_MS;
const BEGINS = NOW + 60_000;
const admin = (org: string): Claims => ({ role: 'admin', sub: 'ann', org });
const ONE = admin('one');

const traffic = trafficOf('one', 6_000, { from: FIRST, to: NOW + DAY_MS, seed: 1 });
const crm = traffic.filter(({ product }) => product === 'crm');
const edges = [NOW - DAY_MS - 1, NOW - DAY_MS, NOW - 1, NOW].map((occurred_at) =>
  callEvent({ org_id: 'edges', occurred_at, credits: 10 ** (occurred_at % 10) }),
);

/** Users with equal and with different credits, one with a name of many bytes. */
const crowd = ['a', 'b', 'c', 'd', 'e', 'f', 'ä'.repeat(64)].map((user_id, index) =>
  callEvent({ org_id: 'crowd', occurred_at: NOW - 1, user_id, credits: index % 3 }),
);

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('credits', NOW);
  const utc = { time_zone: 'UTC', billing_day: 1 };
  await insertSettings(api.clickhouse, [
    { org: 'one', value: utc },
    { org: 'one', product: 'crm', value: { edition: 'standard', users: 10, additional_limit: 0 } },
    { org: 'one', product: 'crm', value: { additional_limit: 3_000, users: 12 }, from: RAISED },
    { org: 'edges', value: utc },
    { org: 'edges', product: 'crm', value: { edition: 'ultimate', users: 1, additional_limit: 0 } },
    { org: 'two', value: utc },
    { org: 'two', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    { org: 'two', product: 'bigin', value: { edition: 'express', users: 2, additional_limit: 7 } },
    { org: 'crowd', value: utc },
    { org: 'crowd', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    { org: 'planned', value: utc },
    { org: 'planned', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    {
      org: 'planned',
      product: 'bigin',
      value: { edition: 'express', users: 2, additional_limit: 7 },
      from: BEGINS,
    },
    { org: 'none', value: utc },
    { org: 'late', value: utc },
    { org: 'late', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 }, from: NOW - 1 },
    { org: 'a/b c%ü', value: utc },
    { org: 'a/b c%ü', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  await insertEvents(api.clickhouse, traffic);
  await insertEvents(api.clickhouse, traffic.slice(0, 500));
  await insertEvents(api.clickhouse, edges);
  await insertEvents(api.clickhouse, crowd);
});
afterAll(() => api.close());

const usersPage = (query: string) =>
  api.read(CreditUsersAnswer, `/v1/orgs/crowd/credits/users?${query}`, admin('crowd'));
const credits = (path: string, claims = ONE) => api.read(CreditsAnswer, path, claims);
const returning = (query = '') => api.read(ReturningAnswer, `/v1/orgs/one/credits/returning${query}`, ONE);

describe('GET /v1/orgs/{org}/credits', () => {
  it('returns the current usage of the 24 hours that end now, of distinct calls of the product only', async () => {
    const { credits: used } = countOf(within(crm, NOW - DAY_MS, NOW));
    expect(await credits('/v1/orgs/one/credits')).toEqual({
      org_id: 'one',
      product: 'crm',
      as_of: '2026-11-22T10:20:30.400Z',
      lag_seconds: expect.any(Number),
      window: { from: '2026-11-21T10:20:30.400Z', to: '2026-11-22T10:20:30.400Z' },
      edition: 'standard',
      included: 53_000,
      additional_limit: 3_000,
      total: 56_000,
      used,
      unused: 56_000 - used,
      additional_used: 0,
      over_limit: 0,
      formula: { base: 50_000, per_user: 250, users: 12, maximum: 100_000 },
      billable_today: expect.objectContaining({
        day: '2026-11-22',
        used: countOf(within(crm, Date.parse('2026-11-22'), Date.parse('2026-11-23'))).credits,
        additional_limit: 3_000,
        credits: 0,
      }),
      terms_assumed: false,
    });
    expect(used).toBeGreaterThan(1_000);
  });

  it('counts [as_of - 86,400 s, as_of), to the millisecond', async () => {
    const [, first, last] = edges;
    const answer = await credits('/v1/orgs/edges/credits', admin('edges'));
    expect(answer.used).toBe((first?.credits ?? 0) + (last?.credits ?? 0));
    expect(answer.formula.maximum).toBeNull();
  });

  it('uses the settings of the requested instant, and the events known now', async () => {
    const before = await credits(`/v1/orgs/one/credits?at=${new Date(RAISED - 1).toISOString()}`);
    const since = await credits(`/v1/orgs/one/credits?at=${new Date(RAISED).toISOString()}`);
    expect(before).toMatchObject({ additional_limit: 0, included: 52_500, formula: { users: 10 } });
    expect(since).toMatchObject({ additional_limit: 3_000, included: 53_000, formula: { users: 12 } });
    expect(before.used).toBe(countOf(within(crm, RAISED - 1 - DAY_MS, RAISED - 1)).credits);
  });

  it.each(['unsealed', 'sealed'])(
    'equals a count of the events at any instant, with %s hours',
    async (state) => {
      if (state === 'sealed') await sealAll(api.clickhouse, NOW);
      const random = randomOf(7);
      for (let round = 0; round < 12; round += 1) {
        const at = FIRST + Math.floor(random() * (NOW - FIRST));
        const answer = await credits(`/v1/orgs/one/credits?at=${new Date(at).toISOString()}`);
        expect(answer.used).toBe(countOf(within(crm, at - DAY_MS, at)).credits);
      }
    },
  );

  it('accepts any offset', async () => {
    expect((await credits('/v1/orgs/one/credits?at=2026-11-22T05:30:00.500%2B05:30')).as_of).toBe(
      '2026-11-22T00:00:00.500Z',
    );
    expect((await credits('/v1/orgs/one/credits?at=2026-11-22T05:30:00.500+05:30')).as_of).toBe(
      '2026-11-22T00:00:00.500Z',
    );
  });

  it('accepts the present instant and rejects the future', async () => {
    expect((await api.get(`/v1/orgs/one/credits?at=${new Date(NOW).toISOString()}`, ONE)).status).toBe(200);
    const { status, body } = await api.get(`/v1/orgs/one/credits?at=${new Date(NOW + 1).toISOString()}`, ONE);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'invalid-request', errors: [{ parameter: 'at' }] });
  });

  it('works at the beginning of 1970', async () => {
    const answer = await credits('/v1/orgs/one/credits?at=1970-01-01T00:00:00Z');
    expect(answer).toMatchObject({ used: 0, window: { from: '1969-12-31T00:00:00.000Z' } });
  });

  it('reports how far landing lags', async () => {
    const topic = 'api-calls';
    await insertLanded(api.clickhouse, topic, {
      until: NOW - 1_234,
      observedAt: NOW - 500,
      isCaughtUp: false,
    });
    expect((await credits('/v1/orgs/one/credits')).lag_seconds).toBe(1.234);
    await insertLanded(api.clickhouse, topic, { until: NOW - 100, observedAt: NOW - 100, isCaughtUp: true });
    expect((await credits('/v1/orgs/one/credits')).lag_seconds).toBe(0);
  });

  it('accepts a percent-encoded organisation', async () => {
    const org = 'a/b c%ü';
    const answer = await credits(`/v1/orgs/${encodeURIComponent(org)}/credits`, admin(org));
    expect(answer.org_id).toBe(org);
  });
});

describe('product=', () => {
  it('is optional with one subscription', async () => {
    expect((await credits('/v1/orgs/one/credits?product=crm')).product).toBe('crm');
  });

  it('selects one of several; without it the answer lists them', async () => {
    expect(await credits('/v1/orgs/two/credits?product=bigin', admin('two'))).toMatchObject({
      product: 'bigin',
      included: 50_500,
      additional_limit: 7,
    });
    const { status, body } = await api.get('/v1/orgs/two/credits', admin('two'));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: 'ambiguous-product',
      detail: 'product is required: one of crm, bigin',
      errors: [{ parameter: 'product', choices: ['crm', 'bigin'] }],
    });
  });

  it('is not required for a second subscription until that has begun', async () => {
    const paths = ['credits', 'credits/users', 'billing', 'billing/days', 'additional-limit'];
    const outcomes = async () => {
      const answers = await Promise.all(
        paths.map((path) => api.get(`/v1/orgs/planned/${path}`, admin('planned'))),
      );
      return answers.map(({ body }) => Object(body).product ?? Object(body).type);
    };
    expect(await outcomes()).toEqual(paths.map(() => 'crm'));
    api.clock.now = BEGINS;
    try {
      expect(await outcomes()).toEqual(paths.map(() => 'ambiguous-product'));
    } finally {
      api.clock.now = NOW;
    }
  });

  it.each([
    ['none', '/v1/orgs/none/credits'],
    ['none', '/v1/orgs/none/credits/users'],
    ['none', '/v1/orgs/none/billing/days'],
    ['one', '/v1/orgs/one/credits?product=bigin'],
    ['planned', '/v1/orgs/planned/additional-limit?product=bigin'],
    ['late', `/v1/orgs/late/credits?at=${new Date(NOW - 2).toISOString()}`],
  ])('of an organisation (%s) without that subscription is no-subscription: %s', async (org, path) => {
    const { status, body } = await api.get(path, admin(org));
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'no-subscription' });
  });
});

describe('GET /v1/orgs/{org}/credits/users', () => {
  it('lists the users of the credits, the most first, adding up to used', async () => {
    const at = NOW - DAY_MS / 2;
    const query = `at=${new Date(at).toISOString()}`;
    const { users, as_of } = await api.read(CreditUsersAnswer, `/v1/orgs/one/credits/users?${query}`, ONE);
    const expected = ['ann', 'bob', 'cem', 'dörte'].map((user_id) => {
      const own = within(crm, at - DAY_MS, at).filter((event) => event.user_id === user_id);
      const { calls, credits: sum } = countOf(own);
      return { user_id, calls, credits: sum };
    });
    expect(users).toEqual(expected.toSorted((a, b) => b.credits - a.credits));
    expect(as_of).toBe(new Date(at).toISOString());
    const { used } = await credits(`/v1/orgs/one/credits?${query}`);
    expect(users.reduce((sum, user) => sum + user.credits, 0)).toBe(used);
  });

  it('lists users with equal credits by their ids', async () => {
    const at = NOW - 10 * DAY_MS;
    const calls = ['b', 'ä', 'a', 'Z'].map((user_id) =>
      callEvent({ org_id: 'edges', occurred_at: at - 1, user_id, credits: 4 }),
    );
    await insertEvents(api.clickhouse, calls);
    const path = `/v1/orgs/edges/credits/users?at=${new Date(at).toISOString()}`;
    const { users } = await api.read(CreditUsersAnswer, path, admin('edges'));
    expect(users.map((user) => user.user_id)).toEqual(['Z', 'a', 'b', 'ä']);
  });

  it('comes in pages of one window, which together make the whole list', async () => {
    const { users: all, as_of } = await usersPage('');
    const seen: typeof all = [];
    let cursor: string | null = '';
    for (; cursor !== null; api.clock.now += DAY_MS / 2) {
      const page: Static<typeof CreditUsersAnswer> = await usersPage(
        `limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.as_of).toBe(as_of);
      expect(page.users.length).toBeLessThanOrEqual(3);
      seen.push(...page.users);
      cursor = page.next_cursor;
    }
    api.clock.now = NOW;
    expect(seen).toEqual(all);
    expect(seen.length).toBeGreaterThan(6);
  });

  it.each(['cursor=x', 'cursor=W10', 'limit=0', 'limit=10001'])('rejects %s', async (query) => {
    const { status, body } = await api.get(`/v1/orgs/crowd/credits/users?${query}`, admin('crowd'));
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ parameter: query.replace(/=.*/, '') }] });
  });

  it('rejects a cursor of another instant', async () => {
    const { next_cursor } = await usersPage('limit=3');
    const at = new Date(NOW - 1).toISOString();
    const path = `/v1/orgs/crowd/credits/users?at=${at}&cursor=${next_cursor}`;
    expect((await api.get(path, admin('crowd'))).body).toMatchObject({ errors: [{ parameter: 'cursor' }] });
  });
});

describe('GET /v1/orgs/{org}/credits/returning', () => {
  it('returns what leaves the window in each of the next 24 hours, by clock hours', async () => {
    const answer = await returning();
    expect(answer.returning).toHaveLength(25);
    for (const { from, to, credits: leaving } of answer.returning) {
      const [first, last] = [Date.parse(from) - DAY_MS, Date.parse(to) - DAY_MS];
      expect(leaving).toBe(countOf(within(crm, first, last)).credits);
    }
    const ends = answer.returning.map(({ to }) => to);
    expect(answer.returning.map(({ from }) => from)).toEqual([answer.as_of, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe('2026-11-23T10:20:30.400Z');
  });

  it('adds up to the current usage, and shows the pace of the last hour', async () => {
    const usage = await credits('/v1/orgs/one/credits');
    const { total, used, unused, pace_per_hour, returning: rows, ...rest } = await returning();
    expect({ total, used, unused }).toEqual({ total: usage.total, used: usage.used, unused: usage.unused });
    expect(rows.reduce((sum, row) => sum + row.credits, 0)).toBe(used);
    expect(pace_per_hour).toBe(countOf(within(crm, NOW - 3_600_000, NOW)).credits);
    expect(rest).toMatchObject({
      product: 'crm',
      as_of: usage.as_of,
      window: usage.window,
      runs_out_at: null,
    });
  });

  it('returns when the organisation runs out at that pace', async () => {
    const org = 'hurried';
    await insertSettings(api.clickhouse, [
      { org, value: { time_zone: 'UTC', billing_day: 1 } },
      { org, product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    ]);
    // 1,000 in the last hour, 4,000 left: none return before.
    await insertEvents(api.clickhouse, [callEvent({ org_id: org, occurred_at: NOW - 1, credits: 1_000 })]);
    const path = `/v1/orgs/${org}/credits/returning`;
    const answer = await api.read(ReturningAnswer, path, admin(org));
    expect(answer).toMatchObject({ total: 5_000, unused: 4_000, pace_per_hour: 1_000 });
    expect(answer.runs_out_at).toBe('2026-11-22T14:20:30.400Z');
  });

  it('accepts another instant, and uses its settings', async () => {
    const at = new Date(RAISED - 1).toISOString();
    const usage = await credits(`/v1/orgs/one/credits?at=${at}`);
    expect(await returning(`?at=${at}`)).toMatchObject({ as_of: at, total: 52_500, used: usage.used });
  });
});
