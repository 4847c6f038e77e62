import { Type } from 'typebox';
import { cursorCodec } from '../parameters/cursor.ts';

const FEED = 'daily-charges';
/** Written before all lists shared one codec: billing services keep their cursors, so these stay valid forever. */
const FORMER = /^daily-charges (0|[1-9]\d{0,14})$/;

const { encode, decode } = cursorCodec(
  Type.Tuple([Type.Literal(FEED), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })]),
);

/** @param offset of the topic `daily-charges` at which the next page begins */
export function encodeOffset(offset: number): string {
  return encode([FEED, offset]);
}

/** Throws the Problem `invalid-request` for a cursor that the feed has never returned. */
export function decodeOffset(cursor: string): number {
  return formerOffset(cursor) ?? decode(cursor)[1];
}

function formerOffset(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, digits] = FORMER.exec(text) ?? [];
  const hasOneSpelling = Buffer.from(text).toString('base64url') === cursor;
  return digits === undefined || !hasOneSpelling ? undefined : Number(digits);
}
