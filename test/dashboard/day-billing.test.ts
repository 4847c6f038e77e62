import type { Day } from '../../api/dashboard/web/answers.ts';
import { adjustmentText, laterText, usageText } from '../../api/dashboard/web/panels/day-billing.ts';

const NOVEMBER = { from: '2026-11-01', to: '2026-12-01' };

const BILLED = { credits: 10_000, amount: '1.4', billed_in: NOVEMBER };
/** 10,644 additional credits with a limit of 10,000, known only after the day's statement was final. */
const LATE: Day = {
  day: '2026-10-30',
  from: '2026-10-30T00:00:00.000Z',
  to: '2026-10-31T00:00:00.000Z',
  status: 'final',
  begun: true,
  subscribed: true,
  revision: null,
  used: 0,
  included: 5_000,
  additional_limit: 10_000,
  additional_used: 0,
  billed_credits: 0,
  over_limit: 0,
  amount: '0',
  slabs: [],
  later: { revision: 1, used: 15_644, additional_used: 10_644, over_limit: 644 },
  billed_as_adjustment: [BILLED],
};
const KNOWN = { ...LATE, ...LATE.later };

describe('a day billed in another period', () => {
  it('names the period', () => {
    expect(adjustmentText(BILLED)).toMatch(/^10\D?000 billed in November 2026 as an adjustment$/);
  });

  it('says what became known after its statement was final', () => {
    expect(laterText(LATE)).toMatch(
      /^Known after this statement was final: 15\D?644 used − 5\D?000 included/,
    );
    expect(laterText({ ...LATE, later: null })).toBeUndefined();
  });

  it('says when credits are given back', () => {
    const text = adjustmentText({ credits: -10, amount: '-0.0014', billed_in: NOVEMBER });
    expect(text).toBe('10 credited back in November 2026 as an adjustment');
  });
});

describe('the usage of a day', () => {
  it('within the included credits is not a negative sum', () => {
    const text = usageText({ ...KNOWN, used: 40_267, included: 60_000, additional_used: 0, over_limit: 0 });
    expect(text).toMatch(/^40\D?267 used, within the included 60\D?000\.$/);
  });

  it('beyond them is a sum, with what the limit leaves out', () => {
    expect(usageText(KNOWN)).toMatch(
      /^15\D?644 used − 5\D?000 included = 10\D?644 additional\. Of these, 644 are over the limit of 10\D?000 and not billed\.$/,
    );
    expect(usageText({ ...KNOWN, over_limit: 0 })).toMatch(/= 10\D?644 additional\.$/);
  });
});
