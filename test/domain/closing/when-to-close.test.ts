import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { closableUntil, runningHourUntil } from '../../../domain/closing/when-to-close.ts';
import { ceilTo } from '../../../domain/instants.ts';
import { BUCKET_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

const delays = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS };
const at = (instant: number) => ({ calls: instant, settings: instant });

describe('a day is closable', () => {
  it('a quarter of an hour after its end, where it ends on a full hour', () => {
    const end = Date.parse('2026-03-02T00:00:00Z');
    expect(closableUntil(at(end + 15 * MINUTE_MS - 1), delays)).toBeLessThan(end);
    expect(closableUntil(at(end + 15 * MINUTE_MS), delays)).toBe(end);
  });

  // Before that a late event is counted by the hour's first seal, and nothing would re-close the day.
  it.each(['Asia/Kolkata', 'Asia/Kathmandu'])(
    'in %s once the hour in which it ends can be sealed',
    (timeZone) => {
      const zone = { value: timeZone, effectiveAt: 0, recordedAt: 0, recordedBy: '', reason: '' };
      const end = calendarOf([zone]).dayAt(Date.parse('2026-03-02T12:00:00Z')).to;
      const hourEnd = ceilTo(end, HOUR_MS);
      expect(end).toBeLessThan(hourEnd);
      expect(closableUntil(at(hourEnd + MINUTE_MS - 1), delays)).toBeLessThan(end);
      expect(closableUntil(at(hourEnd + MINUTE_MS), delays)).toBeGreaterThanOrEqual(end);
    },
  );

  it('only after both its changes of settings and its calls have landed', () => {
    const end = Date.parse('2026-03-02T00:00:00Z');
    const landed = end + HOUR_MS;
    expect(closableUntil({ calls: landed, settings: landed }, delays)).toBeGreaterThanOrEqual(end);
    expect(closableUntil({ calls: landed, settings: end }, delays)).toBeLessThan(end);
    expect(closableUntil({ calls: end, settings: landed }, delays)).toBeLessThan(end);
  });
});

describe('the running hour is countable', () => {
  const sealed = Date.parse('2026-03-02T10:00:00Z');
  const until = (calls: number, { totals = sealed, startedAt = 0 } = {}) =>
    runningHourUntil({ sealed, totals }, calls, MINUTE_MS, startedAt);

  it('until its last quarter whose calls have landed, once', () => {
    const quarter = sealed + BUCKET_MS;
    expect(until(quarter + MINUTE_MS - 1)).toBeUndefined();
    expect(until(quarter + MINUTE_MS)).toBe(quarter);
    expect(until(quarter + MINUTE_MS, { totals: quarter })).toBeUndefined();
    expect(until(sealed + 3 * BUCKET_MS + MINUTE_MS, { totals: quarter })).toBe(sealed + 3 * BUCKET_MS);
  });

  it('not where it is over, which sealing does', () => {
    expect(until(sealed + HOUR_MS + MINUTE_MS)).toBeUndefined();
    expect(until(sealed + HOUR_MS + BUCKET_MS + MINUTE_MS)).toBeUndefined();
  });

  it('not before a quarter has ended since the process started', () => {
    const startedAt = sealed + BUCKET_MS + 1;
    expect(until(sealed + 2 * BUCKET_MS, { startedAt })).toBeUndefined();
    expect(until(sealed + 2 * BUCKET_MS + MINUTE_MS, { startedAt })).toBe(sealed + 2 * BUCKET_MS);
  });
});
