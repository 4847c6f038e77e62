/** Beyond ASCII and Latin-1: the other characters of Windows-1252, which is what the fonts of every PDF reader have. */
const MORE = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const IN_FONT = new RegExp(`^[\\u0020-\\u007e\\u00a1-\\u00ac\\u00ae-\\u00ff${MORE}]$`, 'u');

/**
 * A name as the statement's font can show it: a character that the font has not, or that cannot be seen, becomes
 * its number, \u{4E2D}. So does the backslash: two names never look the same.
 * D: a font with all of Unicode would be 20 MB; numbers are honest, and the notes of the statement explain them.
 */
export function printable(text: string): string {
  return Array.from(text, (character) =>
    character !== '\\' && IN_FONT.test(character) ? character : `\\u{${hexOf(character)}}`,
  ).join('');
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
