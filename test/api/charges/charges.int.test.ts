import { encodeOffset } from '../../../api/charges/cursor.ts';
import { Compile } from 'typebox/compile';
import type { Claims } from '../../../api/auth/tokens.ts';
import { ChargeAnswer } from '../../../api/charges/answer.ts';
import { FeedAnswer } from '../../../api/charges/feed-route.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { fetchCsv } from '../statements/files.ts';
import { insertCharges, insertLandedRange, type LoggedCharge } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const BILLING: Claims = { role: 'billing', sub: 'the books' };
const DAY_MS = 86_400_000;
const chargeSchema = Compile(ChargeAnswer);
const isCharge = (given: unknown): given is ChargeAnswer => chargeSchema.Check(given);

/** A record at an offset of the log. */
function record(offset: number, given: Partial<DailyCharge> = {}): LoggedCharge & { kafka_offset: number } {
  const day_from = Date.parse(`${given.day ?? '2026-11-20'}T00:00:00Z`);
  return {
    org_id: 'acme',
    product: 'crm',
    day: '2026-11-20',
    revision: 1,
    day_from,
    day_to: day_from + DAY_MS,
    calls: 3,
    used: 85_000,
    included: 5_000,
    additional_limit: 100_000,
    additional_used: 80_000,
    billed_credits: 80_000,
    over_limit: 0,
    amount: '6.8',
    delta_credits: 80_000,
    delta_amount: '6.8',
    currency: 'USD',
    price_book: '2020-09',
    billed_from: '2026-11-01',
    billed_to: '2026-12-01',
    closed_at: day_from + DAY_MS + 900_000,
    ...given,
    kafka_offset: offset,
  };
}

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('charges', NOW);
});
/** The API still knows how far the earlier tests' logs have landed: a full page of less is read by that. */
beforeEach(async () => {
  for (const table of ['daily_charges', 'charges_by_day', 'landed_ranges']) {
    await api.namespace.onTables(`TRUNCATE TABLE ${table}`);
  }
});
afterAll(() => api.close());

/** Inserts rows of the log, landed up to the last of them or up to the given offset. */
async function land(records: readonly ReturnType<typeof record>[], last?: number): Promise<void> {
  const offsets = records.map(({ kafka_offset }) => kafka_offset);
  await insertCharges(api.clickhouse, records);
  await insertLandedRange(api.clickhouse, 'daily-charges', last ?? Math.max(...offsets));
}

const page = (query: string) => api.read(FeedAnswer, `/v1/charges?${query}`, BILLING);
const keyOf = ({ org_id, day, revision }: ChargeAnswer): string => `${org_id} ${day} ${revision}`;

/** The whole feed from the beginning, in pages of a size. */
async function walk(limit: number): Promise<ChargeAnswer[]> {
  const charges: ChargeAnswer[] = [];
  for (let cursor = ''; ;) {
    const { charges: more, next_cursor } = await page(`limit=${limit}${cursor && `&cursor=${cursor}`}`);
    charges.push(...more);
    if (next_cursor === cursor) return charges;
    cursor = next_cursor;
  }
}

describe('GET /v1/charges', () => {
  it('returns a revision with all figures of the charge', async () => {
    await land([record(0)]);
    expect((await page('')).charges).toEqual([
      {
        org_id: 'acme',
        product: 'crm',
        day: '2026-11-20',
        from: '2026-11-20T00:00:00.000Z',
        to: '2026-11-21T00:00:00.000Z',
        revision: 1,
        calls: 3,
        used: 85_000,
        included: 5_000,
        additional_limit: 100_000,
        additional_used: 80_000,
        over_limit: 0,
        billed_credits: 80_000,
        amount: '6.8',
        delta_credits: 80_000,
        delta_amount: '6.8',
        currency: 'USD',
        price_book: '2020-09',
        billed_in: { from: '2026-11-01', to: '2026-12-01' },
        closed_at: '2026-11-21T00:15:00.000Z',
      },
    ]);
  });

  it('returns a cursor without any charges, and the same one while nothing is new', async () => {
    const { charges, next_cursor } = await page('');
    expect(charges).toEqual([]);
    expect(await page(`cursor=${next_cursor}`)).toEqual({ charges: [], next_cursor });
    await land([record(0)]);
    const next = await page(`cursor=${next_cursor}`);
    expect(next.charges).toHaveLength(1);
    expect(await page(`cursor=${next.next_cursor}`)).toEqual({ charges: [], next_cursor: next.next_cursor });
  });

  it.each([1, 2, 3, 100])(
    'returns each revision once, in the order of the log, with %i a page',
    async (limit) => {
      await land([
        record(0, { org_id: 'zeta' }),
        record(1),
        record(2, { revision: 2, delta_credits: -5, delta_amount: '-0.0003' }),
        // The same revisions once more, by a late aggregator; the second of them between two others.
        record(3, { amount: '1' }),
        record(4, { revision: 2, amount: '2' }),
        record(5, { org_id: 'beta' }),
        record(6, { org_id: 'zeta', amount: '3' }),
        record(7, { revision: 3 }),
      ]);
      // Landed again after a crash.
      await insertCharges(api.clickhouse, [record(5, { org_id: 'beta' }), record(7, { revision: 3 })]);
      const charges = await walk(limit);
      expect(charges.map((charge) => keyOf(charge))).toEqual([
        'zeta 2026-11-20 1',
        'acme 2026-11-20 1',
        'acme 2026-11-20 2',
        'beta 2026-11-20 1',
        'acme 2026-11-20 3',
      ]);
      expect(charges.map(({ amount }) => amount)).toEqual(['6.8', '6.8', '6.8', '6.8', '6.8']);
      await api.namespace.onTables('OPTIMIZE TABLE charges_by_day FINAL');
      expect(await walk(limit)).toEqual(charges);
    },
  );

  it('ignores a record whose revision was decided long before the page', async () => {
    const count = 20_000;
    // One part, with equal keys in it, as the consumer inserts them.
    await api.clickhouse.command({
      query: `INSERT INTO daily_charges (org_id, product, day, revision, kafka_offset, currency, price_book)
        SELECT concat('org-', toString(number % ${count})), 'crm', toDate32('2026-11-20'), 1, number, 'USD', '2020-09'
        FROM numbers(${count + 1})`,
      clickhouse_settings: { optimize_on_insert: 0 },
    });
    // And in a part of their own.
    await land([
      record(count + 1, { org_id: 'org-7' }),
      record(count + 2, { org_id: 'org-0' }),
      record(count + 3, { org_id: 'org-7', revision: 2 }),
    ]);
    const { charges } = await page(`cursor=${encodeOffset(count)}&limit=2`);
    expect(charges.map((charge) => keyOf(charge))).toEqual(['org-7 2026-11-20 2']);
    const { charges: whole } = await page('limit=10000');
    expect(whole).toHaveLength(10_000);
  });

  it('ends before the first record that has not landed: no cursor skips what lands later', async () => {
    // The rows of 0 to 3 are being written; the landing of 0 and 1 is recorded.
    await land([record(0), record(1, { revision: 2 }), record(3, { revision: 4 })], 1);
    const { charges, next_cursor } = await page('');
    expect(charges.map(({ revision }) => revision)).toEqual([1, 2]);
    await land([record(2, { revision: 3 })], 3);
    const next = await page(`cursor=${next_cursor}`);
    expect(next.charges.map(({ revision }) => revision)).toEqual([3, 4]);
  });

  it('goes on behind ignored records as soon as a revision lands', async () => {
    await land([record(0), record(1, { amount: '1' }), record(2, { amount: '2' })]);
    const { next_cursor } = await page('limit=1');
    const query = `limit=1&cursor=${next_cursor}`;
    expect(await page(query)).toEqual({ charges: [], next_cursor });
    await land([record(3, { revision: 2 })]);
    expect((await page(query)).charges.map(({ revision }) => revision)).toEqual([2]);
  });

  it('returns a full page of what is known to have landed without looking how far that is', async () => {
    await land([record(0), record(1, { revision: 2 }), record(2, { revision: 3 })]);
    const first = await page('limit=1');
    await api.namespace.onTables('TRUNCATE TABLE landed_ranges');
    const { charges } = await page(`limit=1&cursor=${first.next_cursor}`);
    expect(charges.map(({ revision }) => revision)).toEqual([2]);
  });

  it('skips records that are not charges', async () => {
    await land([record(4)]);
    const { next_cursor } = await page('');
    await land([record(9, { revision: 2 })]);
    expect((await page(`cursor=${next_cursor}`)).charges.map(({ revision }) => revision)).toEqual([2]);
  });

  it('goes on from a cursor in the former format, and returns it while nothing is new', async () => {
    // "daily-charges 12"
    const cursor = 'ZGFpbHktY2hhcmdlcyAxMg';
    await land([record(11), record(12, { revision: 2 })]);
    const { charges, next_cursor } = await page(`cursor=${cursor}`);
    expect(charges.map(({ revision }) => revision)).toEqual([2]);
    expect((await page(`cursor=${next_cursor}`)).charges).toEqual([]);
    // "daily-charges 13"
    const end = 'ZGFpbHktY2hhcmdlcyAxMw';
    expect(await page(`cursor=${end}`)).toEqual({ charges: [], next_cursor: end });
  });

  it.each(['x', 'ZGFpbHktY2hhcmdlcyAx!', 'ZGFpbHktY2hhcmdlcyAtMQ', 'ZGFpbHktY2hhcmdlcyAwMQ', 'MTc5NTM'])(
    'rejects the cursor %s, which no page has returned',
    async (cursor) => {
      const { status, body } = await api.get(`/v1/charges?cursor=${cursor}`, BILLING);
      expect(status).toBe(400);
      expect(body).toMatchObject({ errors: [{ parameter: 'cursor' }] });
    },
  );

  it('rejects a cursor of another system instead of skipping later charges', async () => {
    await land([record(100)]);
    const { next_cursor } = await page('');
    await api.namespace.onTables('TRUNCATE TABLE landed_ranges');
    const { status, body } = await api.get(`/v1/charges?cursor=${next_cursor}`, BILLING);
    expect(status).toBe(400);
    expect(body).toMatchObject({ detail: expect.stringContaining('another system') });
  });

  it.each(['limit=0', 'limit=10001', 'limit=all'])('rejects %s', async (query) => {
    expect((await api.get(`/v1/charges?${query}`, BILLING)).status).toBe(400);
  });
});

async function ndjson(path: string): Promise<ChargeAnswer[]> {
  const { status, headers, body } = await api.get(path, BILLING);
  if (status !== 200 || typeof body !== 'string') throw new Error(JSON.stringify(body));
  expect(headers['content-type']).toBe('application/x-ndjson');
  return body
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const charge: unknown = JSON.parse(line);
      if (isCharge(charge)) return charge;
      throw new Error(`no charge: ${line}`);
    });
}

describe('GET /v1/charges/days/{day}', () => {
  const DAY = '/v1/charges/days/2026-11-20';

  it('returns the last revision of every subscription on a date, by organisation and product', async () => {
    await land([
      record(0, { org_id: 'zeta' }),
      record(1, { product: 'bigin' }),
      record(2),
      record(3, { revision: 2, amount: '7' }),
      record(4, { revision: 2, amount: '8' }),
      record(5, { day: '2026-11-21' }),
    ]);
    const charges = await ndjson(DAY);
    expect(
      charges.map(({ org_id, product, revision, amount }) => [org_id, product, revision, amount]),
    ).toEqual([
      ['acme', 'bigin', 1, '6.8'],
      ['acme', 'crm', 2, '7'],
      ['zeta', 'crm', 1, '6.8'],
    ]);
    const inFeed = new Map((await walk(100)).map((charge) => [keyOf(charge) + charge.product, charge]));
    expect(charges).toEqual(charges.map((charge) => inFeed.get(keyOf(charge) + charge.product)));
  });

  it('has the same content as CSV', async () => {
    await land([record(0, { delta_credits: -5, delta_amount: '-0.0003', org_id: '=1+1' }), record(1)]);
    const charges = await ndjson(DAY);
    const lines = await fetchCsv(api, `${DAY}?format=csv`, BILLING);
    expect(lines).toEqual(
      charges.map(({ billed_in, ...charge }) => {
        const cells = Object.entries(charge).map(([name, value]) => [name, String(value)]);
        return Object.assign(Object.fromEntries(cells), {
          org_id: charge.org_id.replace(/^=/, "'="),
          billed_in_from: billed_in.from,
          billed_in_to: billed_in.to,
        });
      }),
    );
  });

  it('is empty on a date without charges: no lines, or only the line of names', async () => {
    expect(await ndjson('/v1/charges/days/2026-11-19')).toEqual([]);
    expect((await api.get('/v1/charges/days/2026-11-19?format=csv', BILLING)).body).toMatch(
      /^org_id,[\w,]+\r\n$/,
    );
  });

  it('leaves out what has not landed', async () => {
    await land([record(0), record(1, { revision: 2 })], 0);
    expect((await ndjson(DAY)).map(({ revision }) => revision)).toEqual([1]);
  });

  it('has all of many organisations, however many are read at once', async () => {
    const count = 12_345;
    await api.clickhouse.command({
      query: `INSERT INTO daily_charges (org_id, product, day, revision, kafka_offset, currency, price_book)
        SELECT concat('org-', toString(number)), 'crm', toDate32('2026-11-20'), 1, number, 'USD', '2020-09'
        FROM numbers(${count})`,
    });
    await land([record(count, { org_id: 'org-7', revision: 2 })]);
    const charges = await ndjson(DAY);
    const orgs = Array.from({ length: count }, (_, index) => `org-${index}`);
    expect(charges.map(({ org_id }) => org_id)).toEqual(orgs.toSorted());
    expect(charges.filter(({ revision }) => revision === 2)).toMatchObject([
      { org_id: 'org-7', amount: '6.8' },
    ]);
  });

  it.each(['2026-02-30', 'today', '1969-12-31', '2026-11-20T00:00:00Z'])(
    'rejects the day %s',
    async (day) => {
      expect((await api.get(`/v1/charges/days/${day}`, BILLING)).status).toBe(400);
    },
  );

  it('rejects another format', async () => {
    expect((await api.get(`${DAY}?format=xml`, BILLING)).status).toBe(400);
  });
});
