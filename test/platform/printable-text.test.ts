import { printableLine, printableText } from '../../platform/printable-text.ts';

describe('a text for a terminal', () => {
  it.each([
    ['a\u001b]0;title\u0007b', 'a\\u001B]0;title\\u0007b'],
    ['over\rwritten', 'over\\u000Dwritten'],
    ['\u009b31m', '\\u009B31m'],
    ['\u0000\t\u007f', '\\u0000\\u0009\\u007F'],
    ['user\u202Egnp.exe', 'user\\u202Egnp.exe'],
    ['naïve 中文 🙈 👩‍👩‍👧 שלום', 'naïve 中文 🙈 👩‍👩‍👧 שלום'],
  ])('%j is written as %s', (text, written) => {
    expect(printableText(text)).toBe(written);
    expect(printableLine(text)).toBe(written);
  });

  it('keeps its line feeds, unless it is one line', () => {
    expect(printableText('a\nb')).toBe('a\nb');
    expect(printableLine('a\nb\u2028c')).toBe('a\\u000Ab\\u2028c');
  });
});
