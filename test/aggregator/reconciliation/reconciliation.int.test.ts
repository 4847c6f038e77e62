import { unitOf } from '../../../aggregator/reconciliation/units.ts';
import { tick } from '../../../aggregator/tick.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { DIFFERENCES } from '../../../store/reconciliation/difference.ts';
import { readRoundProgress } from '../../../store/reconciliation/round-progress.ts';
import { FIRST_DAY, openMeteredDays, topics, type MeteredDays } from './metered-days.ts';

let days: MeteredDays;
beforeAll(async () => {
  days = await openMeteredDays('reconciling');
});
afterAll(() => days.close());

const EIGHT = { from: FIRST_DAY + 8 * HOUR_MS, to: FIRST_DAY + 9 * HOUR_MS };
const IN_EIGHT = (time: string): string =>
  `org_id = 'two' AND ${time} >= '2026-11-20 08:00:00' AND ${time} < '2026-11-20 09:00:00'`;
const HOUR = { org_id: 'two', product: 'crm', ...EIGHT };
const HOUR_UNIT = unitOf.hour(EIGHT.from);
const DAY = { org_id: 'two', product: 'crm', day: '2026-11-20' };
/** No round begins. */
const WAITING = { roundEveryMs: 86_400_000 };
const OFFSETS = { topic: topics.calls, partition: 0 };

describe('the reconciliation of the aggregator', () => {
  it('finds nothing where everything adds up, and records when its round was complete', async () => {
    expect((await readRoundProgress(days.client)).completed).toBe(0);
    expect(await days.reconcile()).toEqual([]);
    expect(await readRoundProgress(days.client)).toMatchObject({ stage: 'done', done: 1, total: 1 });
    expect((await readRoundProgress(days.client)).completed).toBeGreaterThan(0);
  });

  const cases: readonly (readonly [
    what: string,
    table: string,
    change: string,
    units: readonly string[],
    found: readonly (readonly [name: keyof typeof DIFFERENCES, place: object])[],
  ])[] = [
    [
      'an event is missing',
      'call_events',
      `DELETE WHERE event_id IN (SELECT max(event_id) FROM call_events WHERE ${IN_EIGHT('occurred_at')})`,
      [HOUR_UNIT],
      [
        ['events-missing', { org_id: 'two', ...EIGHT }],
        ['rollup-differs', HOUR],
      ],
    ],
    [
      'an event has other credits',
      'call_events',
      `UPDATE credits = credits + 1 WHERE ${IN_EIGHT('occurred_at')} AND user_id = 'user 3'`,
      [HOUR_UNIT],
      [['rollup-differs', HOUR]],
    ],
    [
      'the totals of an hour are missing',
      'usage_15m',
      `DELETE WHERE ${IN_EIGHT('bucket')}`,
      [HOUR_UNIT, unitOf.org('two')],
      [
        ['breakdown-differs', HOUR],
        ['charge-differs', DAY],
        ['rollup-differs', HOUR],
      ],
    ],
    [
      'a breakdown counts a user twice',
      'usage_15m_by',
      `UPDATE calls = 2 * calls WHERE ${IN_EIGHT('bucket')} AND user_id = 'user 3'`,
      [HOUR_UNIT],
      [['breakdown-differs', HOUR]],
    ],
    [
      'the breakdown by user lacks a user',
      'usage_15m_by_user',
      `DELETE WHERE ${IN_EIGHT('bucket')} AND user_id = 'user 3'`,
      [HOUR_UNIT],
      [['breakdown-differs', HOUR]],
    ],
    [
      'a charge has other usage than the rollup',
      'daily_charges',
      `UPDATE used = used + 1 WHERE org_id = 'two' AND day = '2026-11-20'`,
      [unitOf.org('two'), unitOf.feed],
      [
        ['charge-differs', DAY],
        ['feed-differs', { day: '2026-11-20' }],
      ],
    ],
    [
      'the deltas of a day do not add up to its amount',
      'daily_charges',
      `UPDATE amount = amount + toDecimal128('0.00001', 18) WHERE org_id = 'two' AND day = '2026-11-20'`,
      [unitOf.org('two'), unitOf.feed],
      [
        ['feed-differs', { day: '2026-11-20' }],
        ['revisions-differ', DAY],
      ],
    ],
    [
      'a closed day has no charge',
      'daily_charges',
      `DELETE WHERE org_id = 'two' AND day = '2026-11-20'`,
      [unitOf.org('two'), unitOf.feed],
      [
        ['day-not-charged', DAY],
        ['feed-differs', { day: '2026-11-20' }],
      ],
    ],
    [
      'the feed lacks a charge',
      'charges_by_day',
      `DELETE WHERE org_id = 'two' AND day = '2026-11-21'`,
      [unitOf.feed],
      [['feed-differs', { day: '2026-11-21' }]],
    ],
    [
      'a landed range is missing',
      'landed_ranges',
      'DELETE WHERE first_offset = 0',
      [unitOf.log(topics.calls)],
      [['offsets-not-landed', { ...OFFSETS, first_offset: 0, last_offset: 29 }]],
    ],
    [
      'a range has fewer rows than records',
      'landed_ranges',
      'UPDATE rows = 24 WHERE first_offset = 30',
      [unitOf.log(topics.calls)],
      [['records-without-outcome', { ...OFFSETS, first_offset: 30, last_offset: 54 }]],
    ],
    [
      'a dead letter is missing',
      'quarantined',
      'DELETE WHERE offset = 7',
      [unitOf.log(topics.calls)],
      [['quarantine-differs', { ...OFFSETS, first_offset: 0, last_offset: 29 }]],
    ],
  ];

  it.each(cases)('finds the place where %s', async (_, table, change, units, expected) => {
    await days.damaged(table, change, async () => {
      const found = await days.check(units);
      expect(found.map(({ name }) => name).toSorted()).toEqual(expected.map(([name]) => name));
      for (const [name, place] of expected) {
        expect(found.find((each) => each.name === name)?.place).toMatchObject(place);
      }
    });
  });

  it('finds in a round what is damaged since the last one, and closes it in the next step after it is fixed', async () => {
    await days.damaged('usage_15m', `DELETE WHERE ${IN_EIGHT('bucket')}`, async () => {
      const found = await days.reconcile();
      expect(found.map(({ name }) => name).toSorted()).toEqual([
        'breakdown-differs',
        'charge-differs',
        'rollup-differs',
      ]);
    });
    expect(await days.step(WAITING)).toEqual([]);
  });

  it('covers all differences but that of an organisation that is set aside', () => {
    const covered = cases.flatMap(([, , , , found]) => found.map(([name]) => name));
    expect(new Set([...covered, 'org-set-aside'])).toEqual(new Set(Object.keys(DIFFERENCES)));
  });

  it('checks an hour again in the next step after late events were sealed into it, without a round', async () => {
    await days.step(WAITING);
    await days.use('two', 8);
    await tick(days.aggregator);
    await days.damaged('usage_15m_by', `DELETE WHERE ${IN_EIGHT('bucket')}`, async () => {
      expect(await days.step(WAITING)).toMatchObject([{ name: 'breakdown-differs', place: HOUR }]);
      expect((await readRoundProgress(days.client)).stage).toBe('done');
    });
    expect(await days.step(WAITING)).toEqual([]);
  });

  it('reads no events again between two rounds while nothing lands', async () => {
    const spy = jest.spyOn(days.client, 'query');
    await days.step(WAITING);
    const statements = spy.mock.calls.map(([{ query }]) => query);
    spy.mockRestore();
    expect(statements.length).toBeGreaterThan(5);
    expect(statements.filter((query) => /call_events|usage_15m/.test(query))).toEqual([]);
  });

  it('reads four small tables and writes nothing where there is nothing to check', async () => {
    await days.step(WAITING);
    const [reads, writes] = [jest.spyOn(days.client, 'query'), jest.spyOn(days.client, 'insert')];
    await days.step({ ...WAITING, logsEveryMs: 86_400_000 });
    // The last of them is the test's own.
    expect(reads.mock.calls.length).toBeLessThanOrEqual(5);
    expect(writes).not.toHaveBeenCalled();
    for (const spy of [reads, writes]) spy.mockRestore();
  });

  it('goes on where another aggregator has stopped, a bounded part in each step', async () => {
    const parts: string[] = [];
    const { completed } = await readRoundProgress(days.client);
    while ((await readRoundProgress(days.client)).completed === completed) {
      await days.step({ hoursPerStep: 24, orgsPerStep: 1 });
      const { stage, done, total } = await readRoundProgress(days.client);
      parts.push(`${stage} ${done}/${total}`);
    }
    // From the last sealed hour, 05:00 of the fourth day, to the first one with calls, 08:00 of the first day.
    expect(parts).toEqual([
      'usage 0/0',
      'usage 24/69',
      'usage 48/69',
      'usage 69/69',
      'charges 0/0',
      'charges 1/2',
      'charges 2/2',
      'feed 0/1',
      'done 1/1',
    ]);
  });
});
