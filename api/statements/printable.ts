/** The characters of Windows-1252, the encoding of the fonts of every PDF reader, beyond ASCII and Latin-1. */
const MORE = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const IN_FONT = new RegExp(`^[\\u0020-\\u007e\\u00a1-\\u00ac\\u00ae-\\u00ff${MORE}]$`, 'u');

/** Whether the statement's font can show every character of a text. */
export const isInFont = (text: string): boolean =>
  Array.from(text).every((character) => IN_FONT.test(character));

/**
 * A name that the statement's font can show. A character that the font lacks, or that is invisible, becomes its number
 * \u{4E2D}. So does the backslash, so that two names never look the same.
 * D: a font with all of Unicode would take 20 MB; the notes of the statement explain the numbers.
 */
export function printable(text: string): string {
  return Array.from(text, (character) =>
    character !== '\\' && IN_FONT.test(character) ? character : `\\u{${hexOf(character)}}`,
  ).join('');
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
