import type { Day } from '../../api/dashboard/web/answers.ts';
import {
  adjustmentsInRevisions,
  adjustmentsOfDay,
  adjustmentText,
  usageText,
} from '../../api/dashboard/web/panels/day-billing.ts';

const OCTOBER = { from: '2026-10-01', to: '2026-11-01' };
const NOVEMBER = { from: '2026-11-01', to: '2026-12-01' };

/** 10,644 additional credits with a limit of 10,000, known only after the day's statement was final. */
const LATE: Day = {
  day: '2026-10-30',
  from: '2026-10-30T00:00:00.000Z',
  to: '2026-10-31T00:00:00.000Z',
  status: 'final',
  revision: 1,
  used: 15_644,
  included: 5_000,
  additional_limit: 10_000,
  additional_used: 10_644,
  billed_credits: 0,
  over_limit: 644,
  amount: '0',
  slabs: [],
};
const LINE = { delta_credits: 10_000, delta_amount: '1.4', closed_at: '2026-11-05T00:00:00.000Z' };

describe('a day billed in another period', () => {
  const billed = { credits: 10_000, amount: '1.4', billed_in: NOVEMBER };

  it('names the period, from the adjustments listed with the days', () => {
    const line = { ...LINE, day: LATE.day, revision: 1, billed_in: NOVEMBER };
    const other = { ...line, day: '2026-10-29' };
    expect(adjustmentsOfDay(LATE, [other, line])).toEqual([billed]);
    expect(adjustmentText(billed)).toMatch(/^10\D?000 billed in November 2026 as an adjustment$/);
  });

  it('names the period, from the day itself', () => {
    expect(adjustmentsOfDay({ ...LATE, billed_as_adjustment: [billed] }, [])).toEqual([billed]);
  });

  it('names the period, from the revisions of the day', () => {
    const revision = { ...LINE, used: 15_644, billed_credits: 10_000, amount: '1.4' };
    const revisions = [
      { ...revision, revision: 1, billed_in: OCTOBER },
      { ...revision, revision: 2, billed_in: NOVEMBER },
      { ...revision, revision: 3, billed_in: NOVEMBER, delta_credits: 0, delta_amount: '0' },
    ];
    expect(adjustmentsInRevisions(LATE.day, revisions)).toEqual([billed]);
  });

  it('says when credits are given back', () => {
    const text = adjustmentText({ credits: -10, amount: '-0.0014', billed_in: NOVEMBER });
    expect(text).toBe('10 credited back in November 2026 as an adjustment');
  });
});

describe('the usage of a day', () => {
  it('within the included credits is not a negative sum', () => {
    const text = usageText({ ...LATE, used: 40_267, included: 60_000, additional_used: 0, over_limit: 0 });
    expect(text).toMatch(/^40\D?267 used, within the included 60\D?000\.$/);
  });

  it('beyond them is a sum, with what the limit leaves out', () => {
    expect(usageText(LATE)).toMatch(
      /^15\D?644 used − 5\D?000 included = 10\D?644 additional\. Of these, 644 are over the limit of 10\D?000 and not billed\.$/,
    );
    expect(usageText({ ...LATE, over_limit: 0 })).toMatch(/= 10\D?644 additional\.$/);
  });
});
