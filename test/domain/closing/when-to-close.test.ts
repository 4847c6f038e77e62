import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { closableUntil } from '../../../domain/closing/when-to-close.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';

const delays = { sealDelayMs: 60_000, graceMs: 900_000 };
const at = (instant: number) => ({ calls: instant, settings: instant });

describe('a day is closed', () => {
  it('a quarter of an hour after its end, where an hour ends with it', () => {
    const end = Date.parse('2026-03-02T00:00:00Z');
    expect(closableUntil(at(end + 900_000 - 1), delays)).toBeLessThan(end);
    expect(closableUntil(at(end + 900_000), delays)).toBe(end);
  });

  // Until then no late event leaves a mark, and the hour's first seal would count it behind the closed day's back.
  it.each(['Asia/Kolkata', 'Asia/Kathmandu'])(
    'in %s once the hour in which it ends is sealed',
    (timeZone) => {
      const zone = { value: timeZone, effectiveAt: 0, recordedAt: 0, recordedBy: '', reason: '' };
      const end = calendarOf([zone]).dayAt(Date.parse('2026-03-02T12:00:00Z')).to;
      const hourEnd = Math.ceil(end / HOUR_MS) * HOUR_MS;
      expect(end).toBeLessThan(hourEnd);
      expect(closableUntil(at(hourEnd + 60_000 - 1), delays)).toBeLessThan(end);
      expect(closableUntil(at(hourEnd + 60_000), delays)).toBeGreaterThanOrEqual(end);
    },
  );

  it('not before its changes of settings have landed, nor before its calls have', () => {
    const end = Date.parse('2026-03-02T00:00:00Z');
    const landed = end + HOUR_MS;
    expect(closableUntil({ calls: landed, settings: landed }, delays)).toBeGreaterThanOrEqual(end);
    expect(closableUntil({ calls: landed, settings: end }, delays)).toBeLessThan(end);
    expect(closableUntil({ calls: end, settings: landed }, delays)).toBeLessThan(end);
  });
});
