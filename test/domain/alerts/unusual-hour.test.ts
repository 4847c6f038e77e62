import { mainCause, measureUnusualHour } from '../../../domain/alerts/unusual-hour.ts';

const HOUR = Date.UTC(2026, 4, 4, 13);
const RULE = { rule_id: 'odd', kind: 'unusual-hour', percent: 300, credits: 1_000 } as const;
const at = (credits: number, usual: number) => measureUnusualHour(RULE, { hour: HOUR, credits, usual });

describe('an unusual hour', () => {
  it('used so much of what is usual, and so much more than it', () => {
    expect([at(2_999, 1_000).isReached, at(3_000, 1_000).isReached]).toEqual([false, true]);
    // Of little, three times as much is not worth an alert.
    expect([at(1_009, 10).isReached, at(1_010, 10).isReached]).toEqual([false, true]);
    expect([at(2_849, 1_000).isBelow, at(2_850, 1_000).isBelow]).toEqual([true, false]);
  });

  it('is none where there is nothing to compare with', () => {
    expect(at(1_000_000, 0)).toMatchObject({ isReached: false, isBelow: true });
  });

  it('is explained by what grew the most', () => {
    const causes = [
      { dimension: 'user', subject: 'ann', credits: 5_000, usual: 4_900 },
      { dimension: 'endpoint', subject: '/leads', credits: 3_500, usual: 200 },
    ];
    expect(mainCause(causes)?.subject).toBe('/leads');
    expect(mainCause([{ dimension: 'user', subject: 'ann', credits: 1, usual: 1 }])).toBeUndefined();
    const found = measureUnusualHour(RULE, { hour: HOUR, credits: 8_500, usual: 1_200, cause: causes[1] });
    expect(found.message).toBe(
      'From 13:00 to 14:00 UTC 8,500 credits were used, usually 1,200. Mainly the endpoint /leads: 3,500, usually 200.',
    );
  });
});
