import type { Static } from 'typebox';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { EstimateAnswer } from '../../../api/catalogues/estimate-route.ts';
import { OrgsAnswer } from '../../../api/orgs/routes.ts';
import { SettingsAnswer } from '../../../api/settings/settings-answer.ts';
import { CatalogueHistoryAnswer } from '../../../api/catalogues/routes.ts';
import { HistoryAnswer } from '../../../api/settings/settings-routes.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../writable-api.ts';

/** What the role platform manages over HTTP: organisations, their settings and subscriptions, the catalogues. */
const FAR = '2100-01-01T00:00:00.000Z';
const inAnHour = (): string => new Date(Date.now() + HOUR_MS).toISOString();
const admin = (org: string): Claims => ({ role: 'admin', sub: 'ann', org });
const utc = (org_id: string) => ({ org_id, time_zone: 'UTC', billing_day: 1 });
const free = { edition: 'free', users: 1 };

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('organisations');
});
afterAll(() => api.close());

const settingsOf = (org: string) => api.read(SettingsAnswer, `/v1/orgs/${org}/settings`, PLATFORM);
const rejected = (method: string, path: string, body: object) =>
  api.send(path, { method, body, claims: PLATFORM });

/** Runs while it is an hour later for the API. Kafka's clock does not move with the test. */
async function anHourLater(run: () => Promise<void>): Promise<void> {
  Object.defineProperty(api.clock, 'now', { get: () => Date.now() + HOUR_MS });
  try {
    await run();
  } finally {
    Object.defineProperty(api.clock, 'now', { get: Date.now });
  }
}

describe('an organisation', () => {
  it('is created once, subscribes, and its own users can read it', async () => {
    const body = { org_id: 'rome/1', time_zone: 'Europe/Rome', billing_day: 31, reason: 'signed' };
    const created = await api.write('POST', '/v1/orgs', body);
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/v1/orgs/rome%2F1/settings' },
      body: {
        org_id: 'rome/1',
        time_zone: 'Europe/Rome',
        billing_day: 31,
        subscriptions: [],
        later: [],
        recorded: { kind: 'new-org', product: null, recorded_by: 'petra', reason: 'signed', refused: null },
      },
    });
    expect(await rejected('POST', '/v1/orgs', body)).toMatchObject({
      status: 409,
      body: { type: 'org-exists' },
    });

    const path = '/v1/orgs/rome%2F1/subscriptions/crm';
    const { body: terms } = await api.write('PUT', path, {
      edition: 'standard',
      users: 10,
      additional_limit: 7,
    });
    expect(terms).toMatchObject({ product: 'crm', edition: 'standard', users: 10, additional_limit: 7 });
    const own = await api.read(SettingsAnswer, '/v1/orgs/rome%2F1/settings', admin('rome/1'));
    expect(own).toMatchObject({
      subscriptions: [{ product: 'crm', edition: 'standard', users: 10, additional_limit: 7 }],
    });
    expect(own.today.from <= new Date().toISOString() && own.today.to > new Date().toISOString()).toBe(true);
    expect(own.today.day >= own.period.from && own.today.day < own.period.to).toBe(true);
  });

  it('is created once by requests with one key; the key is rejected for another request', async () => {
    const create = (org: string) =>
      api.send('/v1/orgs', {
        method: 'POST',
        body: utc(org),
        claims: PLATFORM,
        headers: { 'idempotency-key': 'contract 7' },
      });
    const [first, second] = await Promise.all([create('keyed'), create('keyed')]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(await create('other')).toMatchObject({ status: 409, body: { type: 'idempotency-key-used' } });
    expect((await api.get('/v1/orgs/other/settings', PLATFORM)).status).toBe(404);
  });

  it('is the first one in the log when two are created at once with one id', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((billing_day) => rejected('POST', '/v1/orgs', { ...utc('raced'), billing_day })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    expect((await settingsOf('raced')).billing_day).toBe(
      answers.findIndex(({ status }) => status === 201) + 1,
    );
    const { changes } = await api.read(HistoryAnswer, '/v1/orgs/raced/settings/history', PLATFORM);
    const losers = changes.filter((change) => change.refused !== null);
    expect(changes.length - losers.length).toBe(1);
    for (const loser of losers) expect(loser.refused).toMatchObject([{ code: 'org-exists' }]);
  });

  it('is in the list of all, in pages', async () => {
    await Promise.all(['c', 'a', 'b'].map((org) => api.write('POST', '/v1/orgs', utc(`list-${org}`))));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Static<typeof OrgsAnswer> = await api.read(
        OrgsAnswer,
        `/v1/orgs?limit=2${cursor && `&cursor=${cursor}`}`,
        PLATFORM,
      );
      seen.push(...page.orgs.map(({ org_id }) => org_id));
      cursor = page.next_cursor;
    }
    expect(seen.filter((org) => org.startsWith('list-'))).toEqual(['list-a', 'list-b', 'list-c']);
    expect(seen).toEqual([...new Set(seen)].toSorted());
    expect((await api.get('/v1/orgs?cursor=bm9uZQ', PLATFORM)).body).toMatchObject({
      errors: [{ parameter: 'cursor' }],
    });
  });

  it('changes now and later, and a later change takes effect on its own', async () => {
    await api.write('POST', '/v1/orgs', utc('plans'));
    await api.write('PUT', '/v1/orgs/plans/subscriptions/crm', free);
    const path = '/v1/orgs/plans/settings';
    await api.write('PATCH', path, { billing_day: 15, effective_at: FAR });
    const { body } = await api.write('PATCH', path, { time_zone: 'Asia/Kathmandu' });
    expect(body).toMatchObject({
      time_zone: 'Asia/Kathmandu',
      billing_day: 1,
      later: [{ kind: 'org', value: { billing_day: 15 }, effective_at: FAR }],
    });

    const crm = '/v1/orgs/plans/subscriptions/crm';
    const planned = { edition: 'standard', users: 3 };
    await api.write('PUT', crm, { ...planned, edition: 'professional', effective_at: FAR });
    const at = inAnHour();
    const { body: terms } = await api.write('PUT', crm, { ...planned, effective_at: at });
    expect(terms).toMatchObject({ ...planned, additional_limit: 0, effective_at: at });
    expect((await settingsOf('plans')).subscriptions).toMatchObject([free]);
    await anHourLater(async () => {
      expect((await settingsOf('plans')).subscriptions).toMatchObject([planned]);
      expect((await api.get('/v1/orgs/plans/credits', admin('plans'))).body).toMatchObject({
        included: 50_750,
      });
    });
  });

  it('has a history, newest first, in pages that new changes do not shift', async () => {
    const path = '/v1/orgs/history/settings';
    await api.write('POST', '/v1/orgs', utc('history'));
    for (const billing_day of [2, 3, 4])
      await api.write('PATCH', path, { billing_day, reason: `to ${billing_day}` });
    const first = await api.read(HistoryAnswer, `${path}/history?limit=2`, admin('history'));
    expect(first.changes.map(({ reason }) => reason)).toEqual(['to 4', 'to 3']);
    await api.write('PATCH', path, { billing_day: 5 });
    const rest = await api.read(
      HistoryAnswer,
      `${path}/history?limit=2&cursor=${first.next_cursor}`,
      admin('history'),
    );
    expect(rest.changes.map(({ kind, value }) => [kind, value])).toEqual([
      ['org', { billing_day: 2 }],
      ['new-org', { time_zone: 'UTC', billing_day: 1 }],
    ]);
    expect(rest.next_cursor).toBeNull();
  });
});

describe('a name that its path can hold', () => {
  it.each(['...', '%2e', '%2E%2e', '. ', 'a/../b', 'a\\b', '?#', ';=', '+ %'])(
    '%j is created and read by clients that follow the URL standard',
    async (org_id) => {
      const { headers } = await api.write('POST', '/v1/orgs', utc(org_id));
      const path = `/v1/orgs/${encodeURIComponent(org_id)}`;
      expect(headers['location']).toBe(`${path}/settings`);
      expect((await api.get(`${path}/settings`, PLATFORM)).body).toMatchObject({ org_id });
    },
  );
});

describe('a change that the rules do not allow', () => {
  beforeAll(async () => {
    await api.write('POST', '/v1/orgs', utc('rules'));
    await api.write('PUT', '/v1/orgs/rules/subscriptions/crm', free);
  });
  const crm = '/v1/orgs/rules/subscriptions/crm';

  it.each([
    ['POST', '/v1/orgs', { org_id: '', time_zone: 'UTC', billing_day: 1 }, '#/org_id'],
    ['POST', '/v1/orgs', { org_id: 'a\nb', time_zone: 'UTC', billing_day: 1 }, '#/org_id'],
    ['POST', '/v1/orgs', { org_id: '.', time_zone: 'UTC', billing_day: 1 }, '#/org_id'],
    ['POST', '/v1/orgs', { org_id: '..', time_zone: 'UTC', billing_day: 1 }, '#/org_id'],
    ['PATCH', '/v1/orgs/rules/settings', { billing_day: 3, reason: 'a\u001b[31mb' }, '#/reason'],
    ['PATCH', '/v1/orgs/rules/settings', { billing_day: 3, reason: 'two\nlines' }, '#/reason'],
    ['PUT', crm, { edition: 'free', users: 1, reason: '\u0085' }, '#/reason'],
    ['POST', '/v1/orgs', { org_id: 'half \uD800', time_zone: 'UTC', billing_day: 1 }, '#/org_id'],
    ['POST', '/v1/orgs', { org_id: 'zero', time_zone: 'UTC', billing_day: 0 }, '#/billing_day'],
    ['POST', '/v1/orgs', { org_id: 'part', time_zone: 'UTC' }, '#/billing_day'],
    ['PATCH', '/v1/orgs/rules/settings', {}, '#'],
    ['PATCH', '/v1/orgs/rules/settings', { billing_day: 32 }, '#/billing_day'],
    ['PATCH', '/v1/orgs/rules/settings', { billing_day: 3, effective_at: 'soon' }, '#/effective_at'],
    ['PUT', crm, { edition: 'platinum', users: 1 }, '#/edition'],
    ['PUT', crm, { edition: 'free', users: -1 }, '#/users'],
    ['PUT', crm, { edition: 'free' }, '#/users'],
    ['POST', '/v1/catalogues/prices', { name: 'x' }, '#/currency'],
  ])('%s %s %j: %s', async (method, path, body, pointer) => {
    const { status, body: problem } = await rejected(method, path, body);
    expect({ status, problem }).toMatchObject({
      status: 400,
      problem: {
        type: 'invalid-request',
        errors: expect.arrayContaining([expect.objectContaining({ pointer })]),
      },
    });
  });

  it('is anything but JSON', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await api.send('/v1/orgs', {
      method: 'POST',
      body: utc('text'),
      claims: PLATFORM,
      headers,
    });
    expect(answer).toMatchObject({ status: 415, body: { type: 'unsupported-media-type' } });
  });

  it('is not recorded', async () => {
    const { changes } = await api.read(HistoryAnswer, '/v1/orgs/rules/settings/history', PLATFORM);
    expect(changes.map(({ kind }) => kind)).toEqual(['subscription', 'new-org']);
  });

  it('is rejected for an unknown organisation, and for an invalid name of a product', async () => {
    expect(await rejected('PATCH', '/v1/orgs/unknown/settings', { billing_day: 2 })).toMatchObject({
      status: 404,
      body: { type: 'unknown-org' },
    });
    expect(await rejected('PUT', '/v1/orgs/rules/subscriptions/a%0Ab', free)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'product' }] },
    });
  });
});

describe('a catalogue', () => {
  const book = {
    name: 'next',
    currency: 'USD',
    minor_unit_digits: 2,
    slabs: [{ credits: null, rate_per_1000: '0.2' }],
  };

  it('gets a version that takes effect on its own, with who recorded it', async () => {
    const estimate = () => api.read(EstimateAnswer, '/v1/estimate?credits=1000', admin('rules'));
    const at = inAnHour();
    const { status, body } = await api.write('POST', '/v1/catalogues/prices', {
      ...book,
      effective_at: at,
      reason: 'inflation',
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { recorded: { value: book, effective_at: at } },
    });
    expect((await api.get('/v1/catalogues/prices', admin('rules'))).body).toMatchObject({
      versions: [
        { name: '2020-09', effective_at: '1970-01-01T00:00:00.000Z' },
        { ...book, effective_at: at },
      ],
      next_cursor: null,
    });
    expect((await estimate()).price_book).toBe('2020-09');
    await anHourLater(async () => {
      expect(await estimate()).toMatchObject({ price_book: 'next', day_amount: '0.2' });
      expect((await api.get('/v1/catalogues/prices?limit=1', admin('rules'))).body).toMatchObject({
        in_effect: { name: 'next' },
        versions: [{ name: '2020-09' }],
        next_cursor: expect.any(String),
      });
    });
    const { changes } = await api.read(CatalogueHistoryAnswer, '/v1/catalogues/history', PLATFORM);
    expect(changes).toMatchObject([{ kind: 'prices', recorded_by: 'petra', reason: 'inflation' }]);
  });

  it.each([
    [{ slabs: [{ credits: null, rate_per_1000: '-1' }] }, '#/slabs/0/rate_per_1000'],
    [{ slabs: [{ credits: 5, rate_per_1000: '1' }] }, '#/slabs/0/credits'],
    [{ slabs: [{ credits: null, rate_per_1000: '1' }, ...book.slabs] }, '#/slabs/0/credits'],
    [{ currency: 'EUR' }, '#/currency'],
    [{ name: '2020-09' }, '#/name'],
    [{ effective_at: 'soon' }, '#/effective_at'],
  ])('rejects a price book with %j', async (wrong, pointer) => {
    const { status, body } = await rejected('POST', '/v1/catalogues/prices', {
      ...book,
      name: 'wrong',
      effective_at: FAR,
      ...wrong,
    });
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('rejects editions that leave one out, and costs without a default', async () => {
    const editions = [{ product: 'crm', edition: 'free', base: 1, per_user: 0, maximum: null }];
    const left = await rejected('POST', '/v1/catalogues/editions', { editions });
    expect(left).toMatchObject({
      status: 400,
      body: {
        errors: expect.arrayContaining([
          { pointer: '#/editions', detail: expect.stringContaining('lacks crm standard') },
        ]),
      },
    });
    const rules = [{ rule: 'bulk', kind: 'per_call', credits: 50 }];
    expect(await rejected('POST', '/v1/catalogues/costs', { rules })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/rules' }] },
    });
  });
});
