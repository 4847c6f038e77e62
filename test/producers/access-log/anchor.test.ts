import {
  checkTimes,
  instantText,
  occurredAt,
  OutsideLimitsError,
  scheduleOf,
} from '../../../producers/access-log/anchor.ts';
import type { Scan } from '../../../producers/access-log/scan.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 2, 1, 12);
const LIMITS = { futureMs: 5 * MINUTE_MS, latenessMs: 35 * DAY_MS };

/** A log of three calls: its first, its latest and its last line. */
function scan(firstMs: number, latestMs: number, lastMs: number): Scan {
  return {
    sha256: '',
    lines: 3,
    blank: 0,
    calls: 3,
    malformed: [],
    malformedCount: 0,
    rejected: [],
    rejectedCount: 0,
    earliest: { line: 1, atMs: firstMs },
    latest: { line: 2, atMs: latestMs },
    last: { line: 3, atMs: lastMs },
  };
}
const SAMPLE = scan(
  Date.UTC(2015, 4, 17, 10, 5, 0),
  Date.UTC(2015, 4, 20, 21, 5, 59),
  Date.UTC(2015, 4, 20, 21, 5, 15),
);

describe('the times of a replay', () => {
  it('are as logged without an anchor', () => {
    const schedule = scheduleOf(SAMPLE, 1, undefined);
    expect(occurredAt(schedule, 1_431_857_103_000, 0)).toBe(1_431_857_103_000);
  });

  it('put the last line of the newest repetition at the anchor, to the millisecond', () => {
    const schedule = scheduleOf(SAMPLE, 8, NOW_MS + 123);
    expect(occurredAt(schedule, Date.UTC(2015, 4, 20, 21, 5, 15), 0)).toBe(NOW_MS + 123);
  });

  it('put each repetition of the sample 4 days before the next', () => {
    const schedule = scheduleOf(SAMPLE, 8, NOW_MS);
    const times = [0, 1, 7].map((repetition) =>
      occurredAt(schedule, Date.UTC(2015, 4, 20, 21, 5, 15), repetition),
    );
    expect(times).toEqual([NOW_MS, NOW_MS - 4 * DAY_MS, NOW_MS - 28 * DAY_MS]);
  });

  it.each([
    [0, 1],
    [1, 1],
    [DAY_MS, 1],
    [DAY_MS + 1, 2],
    [3.5 * DAY_MS, 4],
  ])('a log that spans %d ms has repetitions of %d days', (spanMs, days) => {
    expect(scheduleOf(scan(0, spanMs, spanMs), 2, undefined).repetitionMs).toBe(days * DAY_MS);
  });
});

const check = (log: Scan, repetitions: number, anchorMs?: number): void =>
  checkTimes(log, scheduleOf(log, repetitions, anchorMs), NOW_MS, LIMITS);

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
    const log = scan(0, 0, 0);
    expect(() => check(log, 1, NOW_MS - 35 * DAY_MS)).not.toThrow();
    expect(() => check(log, 1, NOW_MS - 35 * DAY_MS - 1)).toThrow('LATENESS_LIMIT_MS');
  });

  it('begins a millisecond beyond 5 minutes ahead, counted for the latest line, not the last', () => {
    const log = scan(0, 44_000, 0);
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

it('an instant beyond what Date holds is written as the last that it does', () => {
  expect(instantText(1e16)).toBe('+275760-09-13T00:00:00.000Z');
});
