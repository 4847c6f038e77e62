import { bucketsOf } from '../../api/dashboard/web/panels/series.ts';
import { labelledBars } from '../../api/dashboard/web/panels/ticks.ts';
import { grainOf } from '../../api/dashboard/web/intervals.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';

const MIN_PIXELS = 90;

describe('the labels of the chart', () => {
  it('never overlap, for any range, width and time of day', () => {
    const tooClose: string[] = [];
    for (const hours of [1, 6, 24, 49, 7 * 24, 90 * 24]) {
      for (let hour = 0; hour < 24; hour += 3) {
        const to = Date.parse('2026-11-22T00:07:00Z') + hour * HOUR_MS;
        const range = { from: to - hours * HOUR_MS, to };
        const buckets = bucketsOf([], range, grainOf(range), 'Europe/Berlin');
        for (const width of [280, 640, 940, 1300]) {
          const bars = labelledBars(buckets, width);
          const pixels = width / buckets.length;
          const gaps = bars.slice(1).map((bar, index) => (bar - (bars[index] ?? 0)) * pixels);
          if (gaps.some((gap) => gap < MIN_PIXELS - 0.001))
            tooClose.push(`${hours} h, ${width} px, ${hour}:07`);
          if (bars.length === 0) tooClose.push(`${hours} h, ${width} px has none`);
        }
      }
    }
    expect(tooClose).toEqual([]);
  });

  it('name each day of a week', () => {
    const to = Date.parse('2026-11-22T19:30:00Z');
    const buckets = bucketsOf([], { from: to - 7 * DAY_MS, to }, 'hour', 'UTC');
    const labels = labelledBars(buckets, 1_300).map((bar) => buckets[bar]?.tick);
    expect(new Set(labels).size).toBe(7);
    expect(labels).toHaveLength(7);
  });
});
