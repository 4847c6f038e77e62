import { aboutMoney, change, counted, duration, money, percent } from '../../api/dashboard/web/formats.ts';

describe('money on the screen', () => {
  it.each([
    ['0.00014', /0[.,]00014/],
    ['3.50006', /3[.,]50006/],
    ['6.8', /6[.,]80\b/],
    ['0', /0[.,]00\b/],
    // Beyond what a float holds: 9007199254740993 would end in 2.
    ['9007199254740993.000000000000000001', /993[.,]000000000000000001/],
    ['-1.4', /1[.,]40\b/],
  ])('has all digits of %s, at least those of its currency', (amount, expected) => {
    expect(money(amount, 'USD')).toMatch(expected);
  });

  it('is rounded where it is an estimate', () => {
    expect(aboutMoney('13.866666666667', 'USD')).toMatch(/13[.,]87\b/);
  });

  it('is never made of what is no decimal', () => {
    expect(() => money('1e3', 'USD')).toThrow('No amount');
    expect(() => money('', 'USD')).toThrow('No amount');
  });
});

describe('other figures', () => {
  it('a share is told finely where it is small, and is none of nothing', () => {
    expect(percent(28, 1_000)).toMatch(/2[.,]8\s?%/);
    expect(percent(1, 2)).toMatch(/50\s?%/);
    expect(percent(0, 0)).toMatch(/^0\s?%/);
  });

  it('a comparison says how much more or less', () => {
    expect(change(15, 10)).toMatch(/^\+50\s?%/);
    expect(change(5, 10)).toMatch(/^−50\s?%/);
    expect(change(10, 10)).toBe('as before');
    expect(change(1_004, 1_000)).toBe('as before');
    expect(change(10, 0)).toBe('new');
    expect(change(40, 10)).toBe('× 4');
  });

  it('one is one, and none are none', () => {
    expect([0, 1, 2].map((count) => counted(count, 'call'))).toEqual(['0 calls', '1 call', '2 calls']);
  });

  it('a duration has its two largest units', () => {
    expect(duration(20_000)).toBe('less than a minute');
    expect(duration(59 * 60_000)).toBe('59 min');
    expect(duration(3 * 3_600_000)).toBe('3 h');
    expect(duration(3 * 3_600_000 + 20 * 60_000)).toBe('3 h 20 min');
  });
});
