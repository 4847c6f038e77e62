import * as fc from 'fast-check';
import {
  CANONICAL,
  Money,
  canonical,
  MoneyError,
  parseMoney,
  roundMinor,
  sumMoney,
} from '../../domain/money.ts';

test.each([
  ['0', '0'],
  ['-0', '0'],
  ['0.000', '0'],
  ['6.80', '6.8'],
  ['006.8', '6.8'],
  ['-0.00014', '-0.00014'],
  ['0.0000000001', '0.0000000001'],
  ['100', '100'],
  ['9007199254740993.000000000001', '9007199254740993.000000000001'],
  ['1000000000000000000000000', '1000000000000000000000000'],
])('%s is written %s', (text, written) => {
  expect(canonical(parseMoney(text))).toBe(written);
  expect(CANONICAL.test(written)).toBe(true);
  expect(CANONICAL.test(text)).toBe(text === written);
});

test.each([
  '',
  ' 1',
  '1e3',
  '1E-7',
  '.5',
  '5.',
  '+1',
  '0x10',
  'NaN',
  'Infinity',
  '1,000',
  '--1',
  '1'.repeat(51),
])('"%s" is not an amount', (text) => {
  expect(() => parseMoney(text)).toThrow(MoneyError);
});

test.each([
  ['0.005', 2, '0.01'],
  ['0.00499999999999999999', 2, '0'],
  ['1.115', 2, '1.12'],
  ['-0.005', 2, '-0.01'],
  ['-1.114999', 2, '-1.11'],
  ['2.5', 0, '3'],
  ['-2.5', 0, '-3'],
  ['6.80006', 2, '6.8'],
  ['0.0005', 3, '0.001'],
])('%s is rounded to %d digits, half away from zero: %s', (text, digits, rounded) => {
  expect(canonical(roundMinor(parseMoney(text), digits))).toBe(rounded);
});

test('a sum is exact where floats are not, and 0 without amounts', () => {
  const cents = Array.from({ length: 1_000 }, () => parseMoney('0.1'));
  expect(canonical(sumMoney(cents))).toBe('100');
  expect(canonical(sumMoney([parseMoney('9007199254740993'), parseMoney('0.00014')]))).toBe(
    '9007199254740993.00014',
  );
  expect(canonical(sumMoney([]))).toBe('0');
});

/** Canonical text of a number of units of 10^-decimals, by BigInt alone. */
function byBigInt(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

test('sums, signs and canonical texts agree with whole numbers of the smallest unit', () => {
  const decimals = 12;
  const limit = 10n ** 30n;
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -limit, max: limit }), { maxLength: 8 }), (amounts) => {
      const sum = sumMoney(amounts.map((units) => parseMoney(byBigInt(units, decimals))));
      const text = canonical(sum);
      expect(text).toBe(
        byBigInt(
          amounts.reduce((total, units) => total + units, 0n),
          decimals,
        ),
      );
      expect(CANONICAL.test(text)).toBe(true);
      expect(new Money(text).equals(sum)).toBe(true);
    }),
    { seed: 11, numRuns: 2_000 },
  );
});
