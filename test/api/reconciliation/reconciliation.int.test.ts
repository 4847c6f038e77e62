import type { Static } from 'typebox';
import { UnknownTimeZoneError } from '../../../domain/calendar/zone-days.ts';
import { clearSetAside, readSetAside, setAside } from '../../../store/progress/set-aside.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { ResealPace } from '../../../aggregator/sealing/reseal-pace.ts';
import { tick } from '../../../aggregator/tick.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { ReconciliationAnswer } from '../../../api/reconciliation/answer.ts';
import { DIFFERENCES } from '../../../store/reconciliation/difference.ts';
import { decodeDailyCharge } from '../../../schemas/daily-charge.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { until } from '../../until.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { scrapeUntil } from '../metrics/scrape.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T05:20:00Z');
const DAY_MS = 86_400_000;
const BILLING: Claims = { role: 'billing', sub: 'bill' };
const CALLS = 'api-calls';

/** Calls of two organisations on three days, in three clock hours of each day. */
const events = ['one', 'two'].flatMap((org_id) =>
  Array.from({ length: 45 }, (_, index) =>
    callEvent({
      org_id,
      occurred_at: NOW - Math.floor(index / 15) * DAY_MS - (index % 3) * 3_600_000 - index * 1_000,
      user_id: `user ${index % 4}`,
      credits: 400 + index,
    }),
  ),
);
const QUARANTINED = 3;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('reconciliation', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'one', value: { time_zone: 'Asia/Kathmandu', billing_day: 1 } },
    { org: 'one', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
    { org: 'two', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'two', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  await insertEvents(api.clickhouse, events);
  // Delivered in two batches, and again in the same batches after a crash.
  await insert('landed_ranges', [
    { ...range(0, 49), rows: 47, quarantined: QUARANTINED },
    { ...range(0, 49), rows: 47, quarantined: QUARANTINED },
    { ...range(50, 92), rows: 43, quarantined: 0 },
    { ...range(50, 92), rows: 43, quarantined: 0 },
  ]);
  await insert('quarantined', [deadLetter(7), deadLetter(8), deadLetter(21), deadLetter(21)]);
  await insertLanded(api.clickhouse, CALLS, { until: NOW, observedAt: NOW, isCaughtUp: true });
  await insertLanded(api.clickhouse, 'settings', { until: NOW, observedAt: NOW, isCaughtUp: true });
  await settle();
});
afterAll(() => api.close());

const range = (first_offset: number, last_offset: number) => ({
  topic: CALLS,
  partition: 0,
  first_offset,
  last_offset,
});
const deadLetter = (offset: number) => ({
  topic: CALLS,
  partition: 0,
  offset,
  reason: 'too-late',
  detail: '',
  org_id: 'one',
  size_bytes: 1,
  appended_at: 0,
});

async function insert(table: string, values: readonly object[]): Promise<void> {
  await api.clickhouse.insert({ table, values, format: 'JSONEachRow' });
}

/** Seals and closes everything that is due, as the aggregator does, with the table as its log. */
async function settle(): Promise<void> {
  await tick({
    client: api.clickhouse,
    store: createSettingsStore(api.clickhouse, 'none'),
    log: {
      append: (records) =>
        insertCharges(
          api.clickhouse,
          records.map(({ value }) => decodeDailyCharge(value)),
        ),
      close: async () => undefined,
    },
    now: () => NOW,
    startedAt: 0,
    topics: topicNames(),
    timing: { sealDelayMs: 60_000, graceMs: 900_000, gatherMs: 0 },
    resealPace: new ResealPace(() => 0),
  });
}

const reconcile = (): Promise<Static<typeof ReconciliationAnswer>> =>
  api.read(ReconciliationAnswer, '/v1/reconciliation', BILLING);
const credits = (all: readonly { credits: number }[]): number =>
  all.reduce((sum, event) => sum + event.credits, 0);

/** Changes rows of a table, which no process ever does. */
async function mutate(table: string, change: string): Promise<void> {
  await api.namespace.onTables(`ALTER TABLE ${table} ${change} SETTINGS mutations_sync = 2`);
}

describe('GET /v1/reconciliation', () => {
  it('counts every stage, and reports no difference if everything adds up', async () => {
    const answer = await reconcile();
    // The current hour is not compared yet.
    const ended = events.filter(({ occurred_at }) => occurred_at < Date.parse('2026-11-22T05:00:00Z'));
    const sealed = { calls: ended.length, credits: credits(ended) };
    expect(answer).toMatchObject({
      lag_seconds: 0,
      landed: { records: 93, events: 90, unpublished: 0 },
      repeated: { deliveries: 93 },
      quarantined: { records: QUARANTINED, reasons: [{ reason: 'too-late', records: QUARANTINED }] },
      events: sealed,
      rolled_up: { hours_to_seal: 0, marks_to_reseal: 0 },
      differences: [],
    });
    expect(answer.rolled_up).toMatchObject(sealed);
    // Two ended days of each organisation.
    expect(answer.charged).toMatchObject({ days: 4, revisions: 4 });
  });

  it('separates records that wait in the log from differences', async () => {
    expect((await reconcile()).published).toEqual({ records: 93, waiting: 0 });
    await insert('landing_progress', [
      {
        topic: CALLS,
        partition: 0,
        next_offset: 93,
        end_offset: 100,
        landed_until: new Date(NOW - 2_000).toISOString(),
        observed_at: new Date(NOW + 1).toISOString(),
      },
    ]);
    expect(await reconcile()).toMatchObject({
      lag_seconds: 2,
      published: { records: 100, waiting: 7 },
      differences: [],
    });
  });

  it('looks for no outcome at offsets where transactions published nothing, and counts each once', async () => {
    const other = { topic: CALLS, partition: 1, quarantined: 0 };
    // Aborted records 2 to 5 and a marker at 9, delivered twice in other batches, and begun within the aborted ones.
    await insert('landed_ranges', [
      {
        ...other,
        first_offset: 0,
        last_offset: 9,
        rows: 5,
        unpublished: [
          [2, 5],
          [9, 9],
        ],
      },
      { ...other, first_offset: 0, last_offset: 3, rows: 2, unpublished: [[2, 3]] },
      {
        ...other,
        first_offset: 4,
        last_offset: 9,
        rows: 3,
        unpublished: [
          [4, 5],
          [9, 9],
        ],
      },
    ]);
    expect(await reconcile()).toMatchObject({
      landed: { records: 103, events: 95, unpublished: 5 },
      differences: [],
    });
    await mutate('landed_ranges', 'DELETE WHERE partition = 1');
  });

  const EDGE = `org_id = 'two' AND toDate(occurred_at) = '2026-11-20'`;
  const cases: readonly (readonly [stage: string, table: string, change: string, found: string[]])[] = [
    ['a landed range is missing', 'landed_ranges', 'DELETE WHERE first_offset = 0', ['offsets-not-landed']],
    [
      'a range has fewer rows than records',
      'landed_ranges',
      'UPDATE rows = 46 WHERE first_offset = 0',
      ['records-without-outcome'],
    ],
    ['a dead letter is missing', 'quarantined', 'DELETE WHERE offset = 8', ['quarantine-differs']],
    [
      'an event is missing',
      'call_events',
      `DELETE WHERE event_id IN (SELECT max(event_id) FROM call_events WHERE ${EDGE})`,
      ['events-missing', 'rollup-differs'],
    ],
    [
      'an event has other credits',
      'call_events',
      `UPDATE credits = credits + 1 WHERE ${EDGE} AND user_id = 'user 3'`,
      ['rollup-differs'],
    ],
    [
      'a bucket of the totals is missing',
      'usage_15m',
      `DELETE WHERE org_id = 'two' AND toDate(bucket) = '2026-11-20'`,
      ['breakdown-differs', 'charge-differs', 'rollup-differs'],
    ],
    [
      'a breakdown counts a user twice',
      'usage_15m_by',
      `UPDATE calls = 2 * calls WHERE org_id = 'two' AND user_id = 'user 3' AND toDate(bucket) = '2026-11-20'`,
      ['breakdown-differs'],
    ],
    [
      'the breakdown by kind has other credits',
      'usage_15m_by_route',
      `UPDATE credits = credits + 1 WHERE org_id = 'two' AND toDate(bucket) = '2026-11-20'`,
      ['breakdown-differs'],
    ],
    [
      'a charge has other usage',
      'daily_charges',
      `UPDATE used = used + 1 WHERE org_id = 'one' AND day = '2026-11-20'`,
      ['charge-differs'],
    ],
    [
      'a charge has another amount',
      'daily_charges',
      `UPDATE amount = amount + toDecimal128('0.00001', 18) WHERE org_id = 'one' AND day = '2026-11-20'`,
      ['revisions-differ'],
    ],
    [
      'a charge is missing',
      'daily_charges',
      `DELETE WHERE org_id = 'one' AND day = '2026-11-20'`,
      ['day-not-charged'],
    ],
  ];

  it.each(cases)('reports it, and what to do, when %s', async (_, table, change, expected) => {
    const kept = `kept_${table}`;
    await api.namespace.onTables(`CREATE TABLE ${kept} CLONE AS ${table}`);
    try {
      await mutate(table, change);
      const { differences } = await reconcile();
      const names = differences.map(({ name }) => name);
      expect([...new Set(names)].toSorted()).toEqual(expected);
      for (const { where, action } of differences) {
        expect(where).not.toBe('');
        expect(Object.values(DIFFERENCES)).toContain(action);
      }
    } finally {
      await api.namespace.onTables(`TRUNCATE TABLE ${table}`);
      await mutate(table, `ATTACH PARTITION ALL FROM ${kept}`);
      await api.namespace.onTables(`DROP TABLE ${kept}`);
    }
  });

  it('names the organisations whose days cannot be closed, since when, and why', async () => {
    const error = new UnknownTimeZoneError('BST');
    await setAside(api.clickhouse, [{ orgId: 'two', step: 'days', error, daysFrom: 0 }], [], api.clock.now);
    const since = new Date(api.clock.now).toISOString();
    const found = { where: `two, since ${since}`, found: `UNKNOWN_TIME_ZONE: ${error.message}` };
    expect((await reconcile()).differences).toMatchObject([{ name: 'org-set-aside', ...found }]);
    let readiness: unknown;
    // It gives up after two seconds, which a busy machine may need.
    await until('/readyz reads ClickHouse', async () => {
      const { status, body } = await api.get('/readyz');
      readiness = body;
      return status === 200;
    });
    expect(readiness).toMatchObject({
      status: 'ready',
      due: { orgs_set_aside: 1 },
      set_aside: [{ org_id: 'two', step: 'days', error: 'UNKNOWN_TIME_ZONE', since }],
    });
    const metrics = await scrapeUntil(api, '/metrics reads ClickHouse', (text) =>
      text.includes('api_credits_clickhouse_up 1'),
    );
    expect(metrics).toContain('api_credits_orgs_set_aside 1');
    await clearSetAside(api.clickhouse, await readSetAside(api.clickhouse));
  });

  it('reports nothing once everything is fixed', async () => {
    expect((await reconcile()).differences).toEqual([]);
  });

  it('covers all differences', () => {
    // The aggregator compares the feed with the charges.
    const covered = [...cases.flatMap(([, , , found]) => found), 'org-set-aside', 'feed-differs'];
    expect(new Set(covered)).toEqual(new Set(Object.keys(DIFFERENCES)));
  });

  it('rejects an empty range, and one longer than traces are kept', async () => {
    for (const range36 of [
      'from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z',
      'from=2026-01-01T00:00:00Z',
    ]) {
      const { status, body } = await api.get(`/v1/reconciliation?${range36}`, BILLING);
      expect(status).toBe(400);
      expect(body).toMatchObject({ type: 'invalid-request', errors: [{ parameter: 'to' }] });
    }
  });
});
