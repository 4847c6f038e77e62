import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time-units.ts';
import { keyOf, Ledger } from './ledger.ts';
import { createTraffic } from './traffic.ts';
import { billOf, compared } from './verify.ts';
import { watchCurrentUsage } from './watch.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const call = createTraffic(1)(NOW);

function ledgerOf(
  ...calls: { id: string; at: number; credits: number; status?: number; user?: string }[]
): Ledger {
  const ledger = new Ledger();
  for (const { id, at, credits, status = 200, user = 'ann' } of calls) {
    ledger.offered(id, { ...call, org_id: 'chaos-0', user_id: user, occurred_at: at, credits, status });
  }
  return ledger;
}

describe('the ledger', () => {
  it('counts a call once, however often it is published', () => {
    const once = { id: 'a', at: NOW, credits: 3 };
    const rejected = { id: 'b', at: NOW, credits: 0, status: 429 };
    const ledger = ledgerOf(once, once, rejected, { id: 'c', at: NOW, credits: 5, user: 'bob' });
    expect(ledger.size).toBe(3);
    expect(Object.fromEntries(ledger.byUserAndDay())).toEqual({
      [keyOf('chaos-0', 'ann', '2026-11-22')]: { calls: 2, credits: 3, rejected: 1 },
      [keyOf('chaos-0', 'bob', '2026-11-22')]: { calls: 1, credits: 5, rejected: 0 },
    });
  });

  it('takes either payload of an id into account until the log has decided', () => {
    const ledger = ledgerOf(
      { id: 'a', at: NOW - HOUR_MS, credits: 3 },
      { id: 'a', at: NOW - HOUR_MS, credits: 4 },
    );
    ledger.shown();
    expect(ledger.bounds('chaos-0', NOW, NOW)).toEqual({ least: 3, most: 4 });
    ledger.decided('a', 4);
    expect(ledger.bounds('chaos-0', NOW, NOW)).toEqual({ least: 4, most: 4 });
  });

  it('bounds the current usage: at least what was acknowledged in time, at most what was published', () => {
    const ledger = ledgerOf(
      { id: 'in time', at: NOW - HOUR_MS, credits: 1 },
      { id: 'later', at: NOW - HOUR_MS, credits: 10 },
      { id: 'not yet', at: NOW - HOUR_MS, credits: 100 },
      { id: 'has left', at: NOW - DAY_MS - 1, credits: 1_000 },
      { id: 'first of the window', at: NOW - DAY_MS, credits: 2 },
      { id: 'the end itself', at: NOW, credits: 10_000 },
    );
    for (const id of ['in time', 'has left', 'first of the window', 'the end itself']) {
      ledger.acknowledged(id, NOW - 30 * SECOND_MS);
    }
    ledger.acknowledged('later', NOW - 5 * SECOND_MS);
    expect(ledger.bounds('chaos-0', NOW, NOW - 10 * SECOND_MS)).toEqual({ least: 3, most: 113 });
    expect(ledger.bounds('chaos-1', NOW, NOW)).toEqual({ least: 0, most: 0 });
  });
});

describe('the bill of a day', () => {
  // The figures of domain.md, "The charge of a day", within the local stack's limit.
  it.each([
    [5_000, 0, 0, '0'],
    [5_001, 1, 1, '0.00014'],
    [10_000, 5_000, 5_000, '0.7'],
    [15_000, 10_000, 10_000, '1.4'],
    [147_500, 142_500, 10_000, '1.4'],
  ])(
    'of %i credits used has %i additional ones, %i billed: %s',
    (used, additional_used, billed_credits, amount) => {
      const day = '2026-11-22';
      expect(billOf(day, used)).toEqual({ day, used, additional_used, billed_credits, amount });
    },
  );
});

describe('a difference', () => {
  it('is reported where a group differs or is on one side only', () => {
    const figures = { calls: 1, credits: 2, rejected: 0 };
    const expected = new Map([
      ['equal', figures],
      ['less', figures],
      ['lost', figures],
    ]);
    const found = new Map([
      ['equal', { ...figures }],
      ['less', { ...figures, credits: 1 }],
      ['invented', figures],
    ]);
    expect(compared('events', expected, found)).toEqual([
      'events of less: {"calls":1,"credits":1,"rejected":0} instead of {"calls":1,"credits":2,"rejected":0}',
      'events of lost: nothing instead of {"calls":1,"credits":2,"rejected":0}',
      'events of invented: {"calls":1,"credits":2,"rejected":0} instead of nothing',
    ]);
  });

  it.each([
    ['lacks what landed long ago', { as_of: NOW, lag_seconds: 1, used: 6 }],
    ['counts more than was published', { as_of: NOW, lag_seconds: 1, used: 8 }],
    ['has another shape', { used: null }],
  ])(
    'is reported where the current usage %s',
    async (_, { as_of, ...answer }: { as_of?: number; used: number | null }) => {
      const ledger = ledgerOf({ id: 'a', at: NOW - HOUR_MS, credits: 7 });
      ledger.acknowledged('a', NOW - HOUR_MS);
      const over = new AbortController();
      const get = () => {
        over.abort();
        return Promise.resolve({
          ...answer,
          ...(as_of !== undefined && { as_of: new Date(as_of).toISOString() }),
        });
      };
      expect((await watchCurrentUsage(ledger, get, over.signal)).wrong).toHaveLength(1);
    },
  );

  it('is neither a current usage that states its lag nor a request without an answer', async () => {
    const ledger = ledgerOf({ id: 'a', at: NOW - HOUR_MS, credits: 7 });
    ledger.acknowledged('a', NOW - MINUTE_MS);
    const over = new AbortController();
    const answers = [{ as_of: new Date(NOW).toISOString(), lag_seconds: 50, used: 0 }, undefined];
    const get = () => {
      const answer = answers.shift();
      if (answers.length === 0) over.abort();
      return Promise.resolve(answer);
    };
    expect(await watchCurrentUsage(ledger, get, over.signal)).toEqual({ answers: 1, failures: 1, wrong: [] });
  });
});
