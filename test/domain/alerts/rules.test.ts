import * as fc from 'fast-check';
import { measureExhaustion } from '../../../domain/alerts/exhaustion-rule.ts';
import { mayHaveLeftAt } from '../../../domain/alerts/next-look.ts';
import { ruleProblems, type AlertRule } from '../../../domain/alerts/rules.ts';
import { measureSubjects } from '../../../domain/alerts/subject-rules.ts';
import { measureUsage } from '../../../domain/alerts/usage-rules.ts';
import { returningOf, runsOutAt, WINDOW_MS } from '../../../domain/usage/returning.ts';
import { BUCKET_MS, HOUR_MS } from '../../../schemas/time-units.ts';

const ALLOWANCE = { included: 52_500, additionalLimit: 100_000 };
const rule = (given: Partial<AlertRule> & Pick<AlertRule, 'kind'>): AlertRule => ({
  rule_id: 'rule',
  ...given,
});

describe('a rule about the credits of the rolling 24 hours', () => {
  it.each([
    // kind, parameter, raised at, resolved below (95 %, rounded up)
    [rule({ kind: 'included-share', percent: 80 }), 42_000, 39_900],
    [rule({ kind: 'total-share', percent: 80 }), 122_000, 115_900],
    [rule({ kind: 'total-share', percent: 100 }), 152_500, 144_875],
    [rule({ kind: 'additional-share', percent: 50 }), 102_500, 100_000],
    [rule({ kind: 'over-limit', credits: 1 }), 152_501, 152_501],
    [rule({ kind: 'over-limit', credits: 1_000 }), 153_500, 153_450],
    // Rounded up: 33 % of 152,500 are 50,325; 1 % of 52,500 are 525.
    [rule({ kind: 'total-share', percent: 33 }), 50_325, 47_809],
  ])('%j is raised at %i and resolved below %i', (each, raiseAt, resolveBelow) => {
    const at = (used: number) => measureUsage(each, ALLOWANCE, used);
    expect([at(raiseAt - 1)?.isReached, at(raiseAt)?.isReached]).toEqual([false, true]);
    expect([at(resolveBelow - 1)?.isBelow, at(resolveBelow)?.isBelow]).toEqual([true, false]);
    expect([at(raiseAt - 1)?.headroom, at(raiseAt)?.headroom]).toEqual([1, 0]);
    expect(at(resolveBelow)?.excess).toBe(1);
  });

  it('says what is used, of what, and never rounds up', () => {
    expect(measureUsage(rule({ kind: 'total-share', percent: 80 }), ALLOWANCE, 152_499)).toMatchObject({
      threshold: '80',
      value: '99.9',
      unit: 'percent',
      message: '152,499 of the 152,500 credits are used (99.9 %).',
    });
    expect(measureUsage(rule({ kind: 'over-limit', credits: 1 }), ALLOWANCE, 200_000)).toMatchObject({
      value: '47500',
      message: '47,500 credits are used beyond the total of 152,500.',
    });
  });

  it('is never reached where there is nothing to have a share of, and resolved', () => {
    const none = { included: 5_000, additionalLimit: 0 };
    expect(measureUsage(rule({ kind: 'additional-share', percent: 50 }), none, 9_000)).toMatchObject({
      isReached: false,
      isBelow: true,
    });
    expect(measureUsage(rule({ kind: 'exhaustion', hours: 2 }), none, 9_000)).toBeUndefined();
  });

  it('never flaps: what is reached is not below, and fewer credits than the headroom do not reach it', () => {
    const kinds = ['included-share', 'total-share', 'additional-share'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 0, max: 10 ** 10 }),
        fc.integer({ min: 0, max: 10 ** 9 }),
        fc.integer({ min: 0, max: 10 ** 10 }),
        (kind, percent, included, additionalLimit, used) => {
          const at = (credits: number) =>
            measureUsage(rule({ kind, percent }), { included, additionalLimit }, credits);
          const found = at(used);
          if (found === undefined) return false;
          const { isReached, isBelow, headroom, excess } = found;
          const isFirst = headroom === 0 || headroom === Infinity || !isReachedAt(used + headroom - 1);
          const isLast = excess === 0 || !isBelowAt(used - excess + 1);
          return (
            !(isReached && isBelow) &&
            isFirst &&
            isLast &&
            (headroom === Infinity || isReachedAt(used + headroom)) &&
            (excess === 0 || isBelowAt(used - excess))
          );

          function isReachedAt(credits: number): boolean | undefined {
            return at(credits)?.isReached;
          }
          function isBelowAt(credits: number): boolean | undefined {
            return at(credits)?.isBelow;
          }
        },
      ),
    );
  });
});

describe('a rule about one user', () => {
  const users = { rule_id: 'users', kind: 'user-share', percent: 50 } as const;
  it('names each who has the share, and knows of an open one that is not in the list', () => {
    const rows = [
      { subject: 'ann', credits: 60 },
      { subject: 'bob', credits: 50 },
    ];
    const top = { rows, isComplete: true };
    const found = measureSubjects(users, 100, top, ['eve']);
    expect(found.map(({ subject, isReached, isBelow }) => [subject, isReached, isBelow])).toEqual([
      ['ann', true, false],
      ['bob', true, false],
      ['eve', false, true],
    ]);
    expect(found[0]?.message).toBe('The user ann has used 60 of the 100 credits (60 %).');
    // Of one beyond a cut list only a bound is known: it is not resolved by it.
    const [, , eve] = measureSubjects(users, 100, { ...top, isComplete: false }, ['eve']);
    expect([eve?.isReached, eve?.isBelow]).toEqual([true, false]);
  });
});

describe('a rule about the time to exhaustion', () => {
  const asOf = Date.UTC(2026, 4, 4, 12);
  const hours = rule({ kind: 'exhaustion', hours: 3 });
  const measured = (usedByHour: ReadonlyMap<number, number>, total: number) => {
    const rows = returningOf(asOf, usedByHour);
    const used = rows.reduce((sum, { credits }) => sum + credits, 0);
    const pacePerHour = usedByHour.get(asOf - HOUR_MS) ?? 0;
    const runsOut = runsOutAt(rows, total, pacePerHour);
    return measureExhaustion(hours, { asOf, used, total, pacePerHour, runsOutAt: runsOut });
  };

  it('is raised when the credits run out within its hours', () => {
    const last = new Map([[asOf - HOUR_MS, 100]]);
    expect(measured(last, 399)).toMatchObject({
      isReached: true,
      isBelow: false,
      value: '2.9',
      unit: 'hours',
    });
    expect(measured(last, 401)).toMatchObject({ isReached: false, isBelow: false });
    expect(measured(last, 500)).toMatchObject({ isReached: false, isBelow: true });
    expect(measured(new Map(), 10)).toMatchObject({ isReached: false, isBelow: true, value: '24' });
  });

  it('cannot be reached before as many credits as its headroom have landed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 24, maxLength: 24 }),
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        (usedBy, total, more) => {
          const usedByHour = new Map(usedBy.map((credits, hour) => [asOf - (hour + 1) * HOUR_MS, credits]));
          const { headroom } = measured(usedByHour, total);
          if (more >= headroom) return;
          const last = asOf - HOUR_MS;
          const after = measured(new Map(usedByHour).set(last, (usedByHour.get(last) ?? 0) + more), total);
          expect(after.isReached).toBe(false);
        },
      ),
    );
  });
});

it('looks again when enough of the window may have left', () => {
  const asOf = Date.UTC(2026, 4, 4, 12);
  const first = asOf - WINDOW_MS;
  const quarters = new Map([
    [first + 4 * BUCKET_MS, 100],
    [first - BUCKET_MS / 2, 10],
  ]);
  expect(mayHaveLeftAt(asOf, quarters, 10)).toBe(asOf);
  expect(mayHaveLeftAt(asOf, quarters, 11)).toBe(asOf + 4 * BUCKET_MS);
  expect(mayHaveLeftAt(asOf, quarters, 111)).toBe(Infinity);
});

it('finds what is wrong with rules that have the shape', () => {
  const problems = ruleProblems([
    { rule_id: 'one', kind: 'total-share' },
    { rule_id: 'one', kind: 'over-limit', credits: 1, percent: 5 },
    { rule_id: 'two', kind: 'unusual-hour', percent: 300, credits: 100 },
  ]);
  expect(problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
    '/0/percent is missing: total-share needs it',
    '/1/rule_id occurs twice: "one"',
    '/1/percent is not a parameter of over-limit: leave it out',
  ]);
});
