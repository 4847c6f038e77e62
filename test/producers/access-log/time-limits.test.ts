import { scheduleOf } from '../../../producers/access-log/anchor.ts';
import type { Scan } from '../../../producers/access-log/scan.ts';
import { checkTimes, OutsideLimitsError, type Asked } from '../../../producers/access-log/time-limits.ts';
import { DAY_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { logOfThree } from './log-of-three.ts';

const NOW_MS = Date.UTC(2026, 2, 1, 12);
const LIMITS = { futureMs: 5 * MINUTE_MS, latenessMs: 35 * DAY_MS };
const SAMPLE = logOfThree(
  Date.UTC(2015, 4, 17, 10, 5, 0),
  Date.UTC(2015, 4, 20, 21, 5, 59),
  Date.UTC(2015, 4, 20, 21, 5, 15),
);

const check = (
  log: Scan,
  repetitions: number,
  anchorMs?: number,
  asked: Asked = { anchor: anchorMs === undefined ? 'as-logged' : 'at', begun: false },
): void => checkTimes(log, scheduleOf(log, repetitions, anchorMs), NOW_MS, LIMITS, asked);

describe('a replay whose events would not be accepted', () => {
  it('is one of the sample as logged: it names the setting and the remedy', () => {
    expect(() => check(SAMPLE, 1)).toThrow(OutsideLimitsError);
    expect(() => check(SAMPLE, 1)).toThrow(/LATENESS_LIMIT_MS.*--shift-to-now/);
    expect(() => check(SAMPLE, 1)).toThrow('2015-05-17T10:05:00.000Z');
  });

  it('is exceeded by 9 repetitions of the sample, not by 8', () => {
    expect(() => check(SAMPLE, 8, NOW_MS)).not.toThrow();
    expect(() => check(SAMPLE, 9, NOW_MS)).toThrow('LATENESS_LIMIT_MS');
  });

  it('begins a millisecond beyond 35 days', () => {
    const log = logOfThree(0, 0, 0);
    expect(() => check(log, 1, NOW_MS - 35 * DAY_MS)).not.toThrow();
    expect(() => check(log, 1, NOW_MS - 35 * DAY_MS - 1)).toThrow('LATENESS_LIMIT_MS');
  });

  it('begins a millisecond beyond 5 minutes ahead, counted for the latest line, not the last', () => {
    const log = logOfThree(0, 44_000, 0);
    expect(() => check(log, 1, NOW_MS + 5 * MINUTE_MS - 44_000)).not.toThrow();
    expect(() => check(log, 1, NOW_MS + 5 * MINUTE_MS - 43_999)).toThrow(
      /Line 2 .*FUTURE_LIMIT_MS.*--anchor/,
    );
  });

  it('holds for a log without calls', () => {
    const { earliest: _1, latest: _2, last: _3, ...rest } = SAMPLE;
    const empty = { ...rest, earliest: undefined, latest: undefined, last: undefined };
    expect(() => check(empty, 8)).not.toThrow();
  });
});

/** The message for a replay that fails. */
function advice(log: Scan, repetitions: number, asked: Asked['anchor'], anchorMs?: number): string {
  try {
    check(log, repetitions, anchorMs, { anchor: asked, begun: false });
  } catch (error) {
    if (error instanceof OutsideLimitsError) return error.message;
  }
  return '';
}

describe('the advice', () => {
  // Two servers' logs, one behind the other: the latest line is 35 minutes later than the last.
  const MIXED = logOfThree(NOW_MS - DAY_MS, NOW_MS - DAY_MS + 35 * MINUTE_MS, NOW_MS - DAY_MS);
  const REMEDY =
    'Sort it by time, or give --anchor 2026-03-01T11:25:00.000Z, which moves the latest line to now.';

  it.each(['now', 'at'] as const)(
    'for a log out of order with %s is to sort it, or an earlier anchor',
    (kind) => {
      const text = advice(MIXED, 1, kind, NOW_MS);
      expect(text).toContain(`its latest line is 2100 s later than its last. ${REMEDY}`);
      expect(text).not.toContain('--shift-to-now');
      expect(advice(MIXED, 1, 'at', Date.UTC(2026, 2, 1, 11, 25))).toBe('');
    },
  );

  it('for an anchor that is too late is an earlier one, or --shift-to-now', () => {
    const ahead = NOW_MS + 10 * MINUTE_MS;
    expect(advice(SAMPLE, 1, 'at', ahead)).toMatch(
      /Give --anchor 2026-03-01T11:59:16.000Z .*or --shift-to-now/,
    );
    expect(advice(SAMPLE, 1, 'now', ahead)).not.toContain('--shift-to-now');
  });

  it('for too many repetitions is fewer of them, and never what was given', () => {
    const text = advice(SAMPLE, 9, 'now', NOW_MS);
    expect(text).toMatch(/give fewer --laps, or for a backfill raise LATENESS_LIMIT_MS/);
    expect(text).not.toContain('--shift-to-now');
    expect(advice(SAMPLE, 1, 'at', NOW_MS - 40 * DAY_MS)).toMatch(
      /To publish it, give a later --anchor, or for/,
    );
    expect(advice(SAMPLE, 1, 'as-logged')).not.toContain('--laps');
  });
});
