import {
  change,
  counted,
  duration,
  money,
  percent,
  periodName,
  roundedMoney,
} from '../../api/dashboard/web/formats.ts';

describe('money on the screen', () => {
  it.each([
    ['0.00014', /0[.,]00014/],
    ['3.50006', /3[.,]50006/],
    ['6.8', /6[.,]80\b/],
    ['0', /0[.,]00\b/],
    // Beyond what a float holds: 9007199254740993 would end in 2.
    ['9007199254740993.000000000000000001', /993[.,]000000000000000001/],
    ['-1.4', /1[.,]40\b/],
  ])('shows all digits of %s, and at least the minor unit', (amount, expected) => {
    expect(money(amount, 'USD')).toMatch(expected);
  });

  it('is rounded for an estimate', () => {
    expect(roundedMoney('13.866666666667', 'USD')).toMatch(/13[.,]87\b/);
  });

  it('rejects text that is not a decimal', () => {
    expect(() => money('1e3', 'USD')).toThrow('Not a decimal amount');
    expect(() => money('', 'USD')).toThrow('Not a decimal amount');
  });
});

describe('other figures', () => {
  it('a small share has a decimal, and a share of nothing is 0', () => {
    expect(percent(28, 1_000)).toMatch(/2[.,]8\s?%/);
    expect(percent(1, 2)).toMatch(/50\s?%/);
    expect(percent(0, 0)).toMatch(/^0\s?%/);
  });

  it('a comparison shows the change', () => {
    expect(change(15, 10)).toMatch(/^\+50\s?%/);
    expect(change(5, 10)).toMatch(/^−50\s?%/);
    expect(change(10, 10)).toBe('no change');
    expect(change(1_004, 1_000)).toBe('no change');
    expect(change(10, 0)).toBe('new');
    expect(change(40, 10)).toBe('× 4');
  });

  it('a count agrees with its noun', () => {
    expect([0, 1, 2].map((count) => counted(count, 'call'))).toEqual(['0 calls', '1 call', '2 calls']);
  });

  it('a billing period is a month, or its dates', () => {
    expect(periodName({ from: '2026-11-01', to: '2026-12-01' })).toMatch(/November.*2026/);
    expect(periodName({ from: '2026-11-15', to: '2026-12-15' })).toMatch(/15.*14.*2026/);
    expect(periodName({ from: '2026-11-01', to: '2027-01-01' })).toMatch(/Nov.*Dec/);
  });

  it('a duration has hours and minutes', () => {
    expect(duration(20_000)).toBe('less than a minute');
    expect(duration(59 * 60_000)).toBe('59 min');
    expect(duration(3 * 3_600_000)).toBe('3 h');
    expect(duration(3 * 3_600_000 + 20 * 60_000)).toBe('3 h 20 min');
  });
});
