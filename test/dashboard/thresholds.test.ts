import { isComplete, newRuleId, ruleText } from '../../api/dashboard/web/panels/alert-rule-kinds.ts';
import { thresholdsOf } from '../../api/dashboard/web/panels/thresholds.ts';

const BOUNDS = { included: 5_000, additional_limit: 10_000, total: 15_000 };

describe('the thresholds on the bar of the current usage', () => {
  it('stand where an alert is raised', () => {
    const marks = thresholdsOf(
      [
        { rule_id: 'a', kind: 'total-share', percent: 80 },
        { rule_id: 'b', kind: 'included-share', percent: 90 },
        { rule_id: 'c', kind: 'additional-share', percent: 50 },
        { rule_id: 'd', kind: 'total-share', percent: 100 },
      ],
      BOUNDS,
    );
    expect(marks.map(({ credits }) => credits)).toEqual([12_000, 4_500, 10_000, 15_000]);
    expect(marks[0]?.title).toMatch(/^Alert at 12.000: 80 % of the total$/);
  });

  it('leave out what lies outside of the bar, and rules about something else', () => {
    const marks = thresholdsOf(
      [
        { rule_id: 'a', kind: 'total-share', percent: 101 },
        { rule_id: 'b', kind: 'included-share', percent: 400 },
        { rule_id: 'c', kind: 'exhaustion', hours: 4 },
        { rule_id: 'd', kind: 'user-share', percent: 20 },
      ],
      BOUNDS,
    );
    expect(marks).toEqual([]);
    const none = { ...BOUNDS, additional_limit: 0, total: 5_000 };
    expect(thresholdsOf([{ rule_id: 'a', kind: 'additional-share', percent: 50 }], none)).toEqual([]);
  });
});

describe('a rule', () => {
  it('is written in words', () => {
    expect(ruleText({ rule_id: 'a', kind: 'total-share', percent: 80 }, 'USD')).toBe(
      'Share of the total used: 80 %',
    );
    expect(ruleText({ rule_id: 'a', kind: 'accrued-amount', amount: '50' }, 'USD')).toBe(
      'Cost of the billing period so far: USD 50',
    );
    expect(ruleText({ rule_id: 'a', kind: 'unusual-hour', percent: 300, credits: 1_000 }, 'USD')).toMatch(
      /: 300 % of the usual and at least 1.000 credits more$/,
    );
    expect(ruleText({ rule_id: 'a', kind: 'landing-lag', seconds: 60 }, 'USD')).toBe(
      'Landing lags behind by: 60 seconds',
    );
  });

  it('is complete once every parameter has a value', () => {
    expect(isComplete({ rule_id: 'a', kind: 'total-share', percent: 80 })).toBe(true);
    expect(isComplete({ rule_id: 'a', kind: 'total-share', percent: '1.5' })).toBe(false);
    expect(isComplete({ rule_id: 'a', kind: 'accrued-amount', amount: '12.50' })).toBe(true);
    expect(isComplete({ rule_id: 'a', kind: 'accrued-amount', amount: '12,50' })).toBe(false);
  });

  it('gets an id that no other has', () => {
    const rules = [
      { rule_id: 'exhaustion', kind: 'exhaustion', hours: 1 },
      { rule_id: 'exhaustion-2', kind: 'exhaustion', hours: 2 },
    ] as const;
    expect(newRuleId('exhaustion', rules)).toBe('exhaustion-3');
    expect(newRuleId('over-limit', rules)).toBe('over-limit');
  });
});
