import { parseWholeNumber } from '../../api/dashboard/web/whole-number.ts';

const BOUNDS = { min: 0, max: 1_000_000_000 };
const parse = (text: string, locale: string) => parseWholeNumber(text, BOUNDS, locale);

describe('a whole number that a person types', () => {
  it.each([
    ['en-GB', '80000', 80_000],
    ['en-GB', '80,000', 80_000],
    ['en-GB', ' 1,234,567 ', 1_234_567],
    ['en-GB', '80 000', 80_000],
    ['en-GB', '0', 0],
    ['en-IN', '12,34,567', 1_234_567],
    ['de-DE', '80.000', 80_000],
    ['es-ES', '8.000', 8_000],
    ['fr-FR', '80\u202f000', 80_000],
    ['fr-FR', '80 000', 80_000],
    ['de-CH', '80’000', 80_000],
    ['de-CH', "80'000", 80_000],
    ['ar-EG', '٨٠٬٠٠٠', 80_000],
  ])('in %s is read as the locale writes it: %s', (locale, text, value) => {
    expect(parse(text, locale)).toEqual({ kind: 'number', value });
  });

  it('is read back as any locale formats it', () => {
    for (const locale of ['en-US', 'de-DE', 'fr-FR', 'es-ES', 'pl-PL', 'hi-IN', 'fa-IR', 'ja-JP', 'sv-SE']) {
      for (const value of [0, 7, 1_000, 20_000, 2_000_050, 1_000_000_000]) {
        const text = new Intl.NumberFormat(locale).format(value);
        expect([locale, text, parse(text, locale)]).toEqual([locale, text, { kind: 'number', value }]);
      }
    }
  });

  it.each([
    ['en-GB', '1.5', /no fractions/],
    ['en-GB', '20,000.50', /no fractions/],
    ['en-GB', '20.000,50', /not a whole number/],
    ['en-GB', '20.000', /ambiguous.*20,000/],
    ['en-GB', '1,5', /not a whole number/],
    ['en-GB', '80,0000', /not a whole number/],
    ['en-GB', '1,234 567', /not a whole number/],
    ['en-GB', '1e6', /not a whole number/],
    ['en-GB', '0x10', /not a whole number/],
    ['en-GB', '1|000', /not a whole number/],
    ['en-GB', '-5', /0 or more/],
    ['en-GB', '80k', /not a whole number/],
    ['de-DE', '1,5', /no fractions/],
    ['de-DE', '20.000,50', /no fractions/],
    ['de-DE', '1.5', /not a whole number/],
    ['de-DE', '20,000', /ambiguous.*20\.000/],
    ['fr-FR', '20.000', /not a whole number/],
  ])('in %s is rejected when it is a fraction or ambiguous: %s', (locale, text, message) => {
    expect(parse(text, locale)).toEqual({ kind: 'invalid', message: expect.stringMatching(message) });
  });

  it('may be left out, and has bounds', () => {
    expect(parse('', 'en-GB')).toEqual({ kind: 'empty' });
    expect(parse('  ', 'en-GB')).toEqual({ kind: 'empty' });
    expect(parse('1,000,000,001', 'en-GB')).toEqual({
      kind: 'invalid',
      message: 'Enter at most 1,000,000,000.',
    });
    expect(parse('9'.repeat(400), 'en-GB')).toMatchObject({ kind: 'invalid' });
    expect(parseWholeNumber('0', { min: 1, max: 366 }, 'en-GB')).toEqual({
      kind: 'invalid',
      message: 'Enter at least 1.',
    });
  });
});
