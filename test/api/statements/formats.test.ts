import {
  creditsText,
  exactText,
  moneyText,
  periodText,
  rangeText,
  rateText,
} from '../../../api/statements/formats.ts';
import { isInFont } from '../../../api/statements/printable.ts';

const USD = { code: 'USD', minorUnitDigits: 2 };

describe('an amount as people read it', () => {
  it.each([
    ['11.2', '$11.20', undefined],
    ['0', '$0.00', undefined],
    ['0.98504', '$0.99', '$0.98504'],
    ['1.895', '$1.90', '$1.895'],
    ['-0.145', '-$0.15', '-$0.145'],
    ['0.00014', '$0.00', '$0.00014'],
    ['12345678901234567890.125', '$12,345,678,901,234,567,890.13', '$12,345,678,901,234,567,890.125'],
  ])('%s is %s, exactly %s', (amount, read, exact) => {
    expect([moneyText(amount, USD), exactText(amount, USD)]).toEqual([read, exact]);
  });

  it.each([
    ['EUR', 2, '€1,234.50'],
    ['JPY', 0, '¥1,235'],
    ['INR', 2, 'INR 1,234.50'],
    ['KWD', 3, 'KWD 1,234.500'],
  ])('in %s has its digits, and a symbol that the font can show', (code, minorUnitDigits, read) => {
    const text = moneyText('1234.5', { code, minorUnitDigits });
    expect(text).toBe(read);
    expect(isInFont(text)).toBe(true);
  });

  it('as a rate keeps all its digits', () => {
    expect([rateText('0.14', USD), rateText('0.025', USD), rateText('1', USD)]).toEqual([
      '$0.14',
      '$0.025',
      '$1.00',
    ]);
  });
});

describe('credits and dates', () => {
  it('have thousands separators', () => {
    expect([999, 20_000, -1_234_567].map(creditsText)).toEqual(['999', '20,000', '-1,234,567']);
  });

  it('of a range end with its last day', () => {
    expect(rangeText({ from: '2026-11-05', to: '2026-12-05' })).toBe('5 November 2026 to 4 December 2026');
    expect(rangeText({ from: '2026-11-05', to: '2026-11-06' })).toBe('5 November 2026');
  });

  it('of a period are the name of a calendar month', () => {
    expect(periodText({ from: '2026-02-01', to: '2026-03-01' })).toBe('February 2026');
    expect(periodText({ from: '2026-01-31', to: '2026-02-28' })).toBe('31 January 2026 to 27 February 2026');
    expect(periodText({ from: '2026-01-01', to: '2026-03-01' })).toBe('1 January 2026 to 28 February 2026');
  });
});
