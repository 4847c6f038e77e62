import type { Static } from 'typebox';
import { Value } from 'typebox/value';
import { LimitAnswer, LimitSetAnswer } from '../../../api/settings/limit-answer.ts';
import { HistoryAnswer } from '../../../api/settings/settings-routes.ts';
import { CreditsAnswer } from '../../../api/credits/route.ts';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import type { Answer } from '../api-under-test.ts';
import { callEvent, insertEvents } from '../tables.ts';
import { openWritableApi, type WritableApi } from '../writable-api.ts';

/** The additional limit over HTTP (domain.md, The charge of a day): crm free includes 5,000. */
const superAdmin = (org: string, sub = 'ann'): Claims => ({ role: 'super_admin', sub, org });

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('limit');
  await Promise.all(
    ['acme', 'beta', 'race', 'keys', 'two'].map(async (org) => {
      await api.write('POST', '/v1/orgs', { org_id: org, time_zone: 'UTC', billing_day: 1 });
      await api.write('PUT', `/v1/orgs/${org}/subscriptions/crm`, { edition: 'free', users: 1 });
    }),
  );
  await api.write('PUT', '/v1/orgs/two/subscriptions/bigin', { edition: 'express', users: 4 });
});
afterAll(() => api.close());

const put = (org: string, body: unknown, key?: string, claims = superAdmin(org)): Promise<Answer> =>
  api.send(`/v1/orgs/${org}/additional-limit`, {
    method: 'PUT',
    body,
    claims,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
async function set(...request: Parameters<typeof put>): Promise<Static<typeof LimitSetAnswer>> {
  const { body } = await put(...request);
  if (Value.Check(LimitSetAnswer, body)) return body;
  throw new Error(JSON.stringify(body));
}
const limitOf = (org: string) => api.read(LimitAnswer, `/v1/orgs/${org}/additional-limit`, superAdmin(org));
const historyOf = async (org: string) =>
  (await api.read(HistoryAnswer, `/v1/orgs/${org}/settings/history`, superAdmin(org))).changes;

/** The number of recorded limits. */
const limitsRecorded = async (org: string, credits: number) =>
  (await historyOf(org)).filter(({ value }) => Object(value).additional_limit === credits);

describe('PUT /v1/orgs/{org}/additional-limit', () => {
  it('is in effect at once, audited, and returns what it adds to today and its highest cost', async () => {
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: 'acme', occurred_at: Date.now() - 1, credits: 112_000 }),
    ]);
    const day = new Date().toISOString().slice(0, 10);
    const answer = await set('acme', { credits: 80_000, reason: 'the campaign' });
    expect(answer).toEqual({
      org_id: 'acme',
      product: 'crm',
      credits: 80_000,
      effective_at: answer.recorded_at,
      recorded_at: expect.any(String),
      recorded_by: 'ann',
      reason: 'the campaign',
      in_effect: { credits: 80_000, effective_at: answer.effective_at },
      // 107,000 exceed the limit of 0.
      today: { day, as_of: answer.effective_at, billable_credits: 80_000, amount: '6.8' },
      worst_case: {
        currency: 'USD',
        day: {
          amount: '6.8',
          slabs: [
            { credits: 25_000, rate_per_1000: '0.14', amount: '3.5' },
            { credits: 55_000, rate_per_1000: '0.06', amount: '3.3' },
          ],
        },
        month: monthOf(day, 6.8),
      },
    });

    const usage = await api.read(CreditsAnswer, '/v1/orgs/acme/credits', superAdmin('acme'));
    expect(usage).toMatchObject({ additional_limit: 80_000, additional_used: 80_000, over_limit: 27_000 });
    const bill = await api.read(BillingDaysAnswer, '/v1/orgs/acme/billing/days', superAdmin('acme'));
    expect(bill.days.at(-1)).toMatchObject({
      day,
      additional_limit: 80_000,
      billed_credits: 80_000,
      over_limit: 27_000,
      amount: '6.8',
    });
    const [last] = await historyOf('acme');
    expect(last).toMatchObject({
      kind: 'subscription',
      product: 'crm',
      value: { additional_limit: 80_000 },
      recorded_by: 'ann',
      reason: 'the campaign',
      refused: null,
    });
  });

  it('is previewed by GET with ?credits, which changes nothing', async () => {
    const preview = async (credits: number) =>
      (await api.read(LimitAnswer, `/v1/orgs/acme/additional-limit?credits=${credits}`, superAdmin('acme')))
        .preview;
    expect(await preview(107_001)).toMatchObject({
      credits: 107_001,
      today: { billable_credits: 27_000, amount: '1.55' },
      worst_case: { day: { amount: '8.35005' } },
    });
    expect(await preview(0)).toMatchObject({ today: { billable_credits: 0, amount: '0' } });
    expect(await limitOf('acme')).toMatchObject({ credits: 80_000 });
    const path = '/v1/orgs/acme/additional-limit?credits=1.5';
    expect(await api.send(path, { claims: superAdmin('acme') })).toMatchObject({ status: 400 });
  });

  it('adds the difference when it is raised further, and nothing when it is lowered', async () => {
    const path = '/v1/orgs/acme/additional-limit?credits=107001';
    const { preview } = await api.read(LimitAnswer, path, superAdmin('acme'));
    const raised = await set('acme', { credits: 107_001 });
    expect(raised.today).toMatchObject({ billable_credits: 27_000, amount: '1.55' });
    expect({ ...preview?.today, as_of: raised.today.as_of }).toEqual(raised.today);
    expect(preview?.worst_case).toEqual(raised.worst_case);
    expect((await set('acme', { credits: 0 })).today).toMatchObject({ billable_credits: 0, amount: '0' });
    expect(await limitOf('acme')).toMatchObject({
      credits: 0,
      worst_case: { day: { amount: '0', slabs: [] }, month: { amount: '0' } },
      later: [],
    });
    // A lowered limit does not lower today's.
    const bill = await api.read(BillingDaysAnswer, '/v1/orgs/acme/billing/days', superAdmin('acme'));
    expect(bill.days.at(-1)).toMatchObject({ additional_limit: 107_001, billed_credits: 107_000 });
  });

  it.each([
    [{}, '#/credits'],
    [{ credits: -1 }, '#/credits'],
    [{ credits: 1_000_000_001 }, '#/credits'],
    [{ credits: 1.5 }, '#/credits'],
    [{ credits: null }, '#/credits'],
    [{ credits: '100' }, '#/credits'],
    [{ credits: true }, '#/credits'],
    [{ credits: [5] }, '#/credits'],
    [{ credits: 5, reason: 7 }, '#/reason'],
    [{ credits: 5, reason: 'x'.repeat(1_001) }, '#/reason'],
    [{ credits: 5, users: 9 }, '#/users'],
  ])('rejects %j', async (body, pointer) => {
    const { status, body: problem } = await put('beta', body);
    expect({ status, problem }).toMatchObject({
      status: 400,
      problem: {
        type: 'invalid-request',
        errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
      },
    });
  });

  it('records nothing that it rejects', async () => {
    expect(await historyOf('beta')).toHaveLength(2);
    expect(await limitOf('beta')).toMatchObject({ credits: 0 });
  });

  it('needs the product of one of several subscriptions', async () => {
    const { body } = await put('two', { credits: 5 });
    expect(body).toMatchObject({ type: 'ambiguous-product' });
    const path = '/v1/orgs/two/additional-limit?product=bigin';
    await api.write('PUT', path, { credits: 5 }, superAdmin('two'));
    expect((await api.get(path, superAdmin('two'))).body).toMatchObject({ product: 'bigin', credits: 5 });
    expect(
      (await api.get('/v1/orgs/two/additional-limit?product=crm', superAdmin('two'))).body,
    ).toMatchObject({
      product: 'crm',
      credits: 0,
    });
  });
});

describe('of a subscription that begins later', () => {
  it('the limit cannot be set: it would not be in effect', async () => {
    const path = '/v1/orgs/beta/additional-limit?product=bigin';
    const begins = new Date(Date.now() + 3_600_000).toISOString();
    const later = { edition: 'express', users: 4, effective_at: begins };
    await api.write('PUT', '/v1/orgs/beta/subscriptions/bigin', later);
    const before = await historyOf('beta');
    const { status, body } = await api.send(path, {
      method: 'PUT',
      body: { credits: 5 },
      claims: superAdmin('beta'),
    });
    expect({ status, body }).toMatchObject({ status: 404, body: { type: 'no-subscription' } });
    expect(await historyOf('beta')).toEqual(before);
    // The subscription that has begun needs no product parameter.
    expect(await set('beta', { credits: 6 })).toMatchObject({ product: 'crm', credits: 6 });
  });
});

describe('of a subscription that was planned for later and begins sooner', () => {
  it('the limit is 0 until the planned one takes effect, for current usage too', async () => {
    const path = '/v1/orgs/sooner/subscriptions/crm';
    await api.write('POST', '/v1/orgs', { org_id: 'sooner', time_zone: 'UTC', billing_day: 1 });
    const begins = new Date(Date.now() + 3_600_000).toISOString();
    await api.write('PUT', path, { edition: 'free', users: 1, additional_limit: 9, effective_at: begins });
    await api.write('PUT', path, { edition: 'free', users: 1 });
    expect(await limitOf('sooner')).toMatchObject({
      credits: 0,
      worst_case: { day: { amount: '0' } },
      later: [{ credits: 9, effective_at: begins }],
    });
    const usage = await api.read(CreditsAnswer, '/v1/orgs/sooner/credits', superAdmin('sooner'));
    expect(usage).toMatchObject({ additional_limit: 0 });
  });
});

describe('changes at the same time', () => {
  it('are all recorded; the last in the log wins, and every answer shows it', async () => {
    const wanted = [1_000, 2_000, 3_000, 4_000, 5_000, 6_000];
    const answers = await Promise.all(wanted.map((credits) => set('race', { credits })));
    expect(answers.map(({ credits }) => credits)).toEqual(wanted);
    const recorded = (await historyOf('race')).filter(
      ({ kind, recorded_by }) => kind === 'subscription' && recorded_by === 'ann',
    );
    expect(recorded).toHaveLength(wanted.length);
    const { credits } = await limitOf('race');
    expect(recorded[0]?.value).toEqual({ additional_limit: credits });
    // The limit that an answer shows in effect is its own or a later one in the log.
    const order = recorded.toReversed().map(({ value }) => Object(value).additional_limit);
    for (const { credits: own, in_effect } of answers) {
      expect(order.indexOf(in_effect.credits)).toBeGreaterThanOrEqual(order.indexOf(own));
    }
    expect(answers.map(({ in_effect }) => in_effect.credits)).toContain(credits);
  });
});

describe('Idempotency-Key', () => {
  it('repeated, also at the same time, records once and returns the same answer', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => set('keys', { credits: 700 }, 'k1')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await set('keys', { credits: 700 }, 'k1')).toEqual(answers[0]);
    expect(await limitsRecorded('keys', 700)).toHaveLength(1);
  });

  it('returns the same answer after another change, and the limit now in effect', async () => {
    const first = await set('keys', { credits: 800 }, 'k2');
    const other = await set('keys', { credits: 900 });
    expect(await set('keys', { credits: 800 }, 'k2')).toEqual({
      ...first,
      in_effect: { credits: 900, effective_at: other.effective_at },
    });
    expect(await limitOf('keys')).toMatchObject({ credits: 900 });
  });

  it('of another change is a 409, and changes nothing', async () => {
    await set('keys', { credits: 1_000 }, 'k3');
    const { status, body } = await put('keys', { credits: 1_001 }, 'k3');
    expect({ status, body }).toMatchObject({ status: 409, body: { type: 'idempotency-key-used' } });
    const race = await Promise.all([2_001, 2_002, 2_003].map((credits) => put('keys', { credits }, 'k4')));
    expect(race.map(({ status: each }) => each).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const won = race.findIndex((answer) => answer.status === 200) + 2_001;
    expect((await limitOf('keys')).credits).toBe(won);
  });

  it('is separate for each caller', async () => {
    await set('keys', { credits: 11 }, 'k5');
    expect(await set('keys', { credits: 12 }, 'k5', superAdmin('keys', 'bob'))).toMatchObject({
      credits: 12,
    });
    expect(await set('beta', { credits: 13 }, 'k5')).toMatchObject({ org_id: 'beta', credits: 13 });
    expect(await limitOf('keys')).toMatchObject({ credits: 12, recorded_by: 'bob' });
  });

  it.each(['', 'x'.repeat(256)])('of %j is rejected', async (key) => {
    expect(await put('keys', { credits: 1 }, key)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'idempotency-key' }] },
    });
  });
});

/** The calendar month of a date, which is the period of billing day 1, and the cost of its days. */
function monthOf(day: string, dayAmount: number): object {
  const first = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  const next = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1));
  const days = (next.getTime() - first.getTime()) / 86_400_000;
  const amount = String(Math.round(dayAmount * days * 10) / 10);
  return {
    from: `${day.slice(0, 7)}-01`,
    to: next.toISOString().slice(0, 10),
    days,
    amount,
    rounded_amount: amount,
  };
}
