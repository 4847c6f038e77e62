import { isUtf8 } from 'node:buffer';

/** What can be wrong with a text, as bits. */
export const NOT_UTF8 = 1;
export const HAS_CONTROL = 2;

/**
 * Control characters are Unicode's category Cc: U+0000 to U+001F, U+007F, U+0080 to U+009F (D: domain.md says only
 * "control characters"). The last group takes two bytes, C2 80 to C2 9F.
 * @returns NOT_UTF8, HAS_CONTROL or 0
 */
export function checkText(text: Buffer): number {
  if (!isUtf8(text)) return NOT_UTF8;
  return text.some(
    (byte, index) => byte < 0x20 || byte === 0x7f || (byte === 0xc2 && (text[index + 1] ?? 0xff) < 0xa0),
  )
    ? HAS_CONTROL
    : 0;
}
