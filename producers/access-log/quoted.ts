const MOST_CHARACTERS = 40;
/** Control and format characters: a log holds what strangers sent, and a terminal obeys some of them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The start of a text from a log, in quotes, safe to print on a terminal. */
export function quoted(text: string): string {
  return JSON.stringify(text.slice(0, MOST_CHARACTERS)).replace(
    INVISIBLE,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
