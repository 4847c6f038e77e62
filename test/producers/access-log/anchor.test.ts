import { occurredAt, scheduleOf } from '../../../producers/access-log/anchor.ts';
import { instantText } from '../../../producers/access-log/instant-text.ts';
import { logOfThree } from './log-of-three.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 2, 1, 12);

const SAMPLE = logOfThree(
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
    expect(scheduleOf(logOfThree(0, spanMs, spanMs), 2, undefined).repetitionMs).toBe(days * DAY_MS);
  });
});

it('an instant beyond what Date holds is written as the last that it does', () => {
  expect(instantText(1e16)).toBe('+275760-09-13T00:00:00.000Z');
});
