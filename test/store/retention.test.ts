import { readLocalConfig } from '../../deploy/local/config.ts';
import { assertRetention } from '../../store/retention.ts';
import { wholeFrom } from '../../schemas/event-rules.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

const retention = (RETENTION_DAYS: number, latenessDays: number) => () =>
  assertRetention({ RETENTION_DAYS, LATENESS_LIMIT_MS: latenessDays * DAY_MS });

describe('retention', () => {
  it('exceeds the lateness limit by at least 62 days', () => {
    expect(retention(97, 35)).not.toThrow();
    expect(retention(96, 35)).toThrow(/RETENTION_DAYS is 96: it must be at least 97.*LATENESS_LIMIT_MS/);
    expect(retention(97, 35 + 1 / DAY_MS)).toThrow(/at least 98/);
    expect(retention(400, 366)).toThrow(/at least 428/);
  });

  it('is checked before the local stack starts anything', () => {
    expect(readLocalConfig({}).RETENTION_DAYS).toBe(400);
    expect(() => readLocalConfig({ RETENTION_DAYS: '90' })).toThrow(/RETENTION_DAYS.*LATENESS_LIMIT_MS/);
    expect(() => readLocalConfig({ RETENTION_DAYS: 'a year' })).toThrow(/RETENTION_DAYS/);
  });

  it('keeps all events since an instant, which is no earlier than an earlier setting allows', () => {
    const now = Date.UTC(2026, 10, 22, 12);
    const kept = { retentionMs: 400 * DAY_MS, droppedBeforeMs: -Infinity };
    expect(wholeFrom(kept, now)).toBe(now - 400 * DAY_MS);
    expect(wholeFrom({ ...kept, droppedBeforeMs: now - 50 * DAY_MS }, now)).toBe(now - 50 * DAY_MS);
    expect(wholeFrom({ ...kept, droppedBeforeMs: now - 500 * DAY_MS }, now)).toBe(now - 400 * DAY_MS);
    expect(wholeFrom({ ...kept, retentionMs: Infinity }, now)).toBe(-Infinity);
  });
});
