/**
 * Control characters, which a terminal would obey, and the characters that break a line or turn its direction. Events,
 * access logs and settings contain any of them.
 */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const CONTROLS_BUT_LINE_FEED = new RegExp(`(?!\n)${CONTROLS.source}`, 'gu');

/** A text of several lines for a terminal: a character that would control it is shown as \u001B. */
export const printableText = (text: string): string => text.replaceAll(CONTROLS_BUT_LINE_FEED, escaped);

/** A text from outside within one line of a terminal or a page: line feeds are escaped too. */
export const printableLine = (text: string): string => text.replaceAll(CONTROLS, escaped);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
