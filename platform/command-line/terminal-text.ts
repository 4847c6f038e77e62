/**
 * Control characters, which a terminal would obey, and the characters that break a line or turn its direction. Events,
 * access logs and settings contain any of them.
 */
const ACTING = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const ACTING_BUT_LINE_FEED = new RegExp(`(?!\n)${ACTING.source}`, 'gu');

/** A text for a terminal that may have several lines: each character that a terminal would act on as \u001B. */
export const terminalText = (text: string): string => text.replaceAll(ACTING_BUT_LINE_FEED, escaped);

/** A text from outside within one line for a terminal: line feeds are escaped too. */
export const terminalLine = (text: string): string => text.replaceAll(ACTING, escaped);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
