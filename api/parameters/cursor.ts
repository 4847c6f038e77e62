import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { END_OF_INSTANTS, FIRST_INSTANT } from '../../domain/instants.ts';
import { invalidParameter, type Problem } from '../problems/problem.ts';

/** The parameter `cursor` of a list. @param maxLength of the longest cursor that the list returns */
export const cursorParameter = (maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description: 'next_cursor of the previous page' }));

/** An instant in a cursor: epoch milliseconds, 1970 to 2104. */
export const CursorInstant = Type.Integer({ minimum: FIRST_INSTANT, maximum: END_OF_INSTANTS - 1 });

/** Writes and reads the cursors of one list. */
export interface CursorCodec<Content> {
  readonly encode: (content: Content) => string;
  /** Throws the Problem `invalid-request` for text that `encode` does not write. */
  readonly decode: (cursor: string) => Content;
}

/**
 * A cursor is its content as JSON in base64url, deflated where it would not fit into an address: an endpoint of control
 * characters takes 12 KB of JSON. It is not signed: a client can write one, so the schema must bound
 * every value that reaches a query, and the list checks what depends on the request or the clock.
 */
export function cursorCodec<Schema extends TSchema>(content: Schema): CursorCodec<Static<Schema>> {
  return {
    encode,
    decode(cursor) {
      const text = textOf(cursor);
      const decoded = parsed(text);
      // Equal texts: a place in a list has one spelling.
      if (Value.Check(content, decoded) && JSON.stringify(decoded) === text) return decoded;
      throw invalidCursor();
    },
  };
}

/** The Problem for a cursor that the list has not returned. */
export function invalidCursor(): Problem {
  return invalidParameter(
    'cursor',
    'must be the next_cursor of the previous page, unchanged and with the same parameters',
  );
}

/** Not in base64url's alphabet, and unchanged in an address. */
const DEFLATED = '~';
const MAX_PLAIN_BYTES = 2_048;
/** More than any list writes; a cursor of 8 KB could inflate to 8 MB. */
const MAX_TEXT_BYTES = 65_536;

function encode(content: unknown): string {
  const text = Buffer.from(JSON.stringify(content));
  if (text.length <= MAX_PLAIN_BYTES) return text.toString('base64url');
  return DEFLATED + deflateRawSync(text).toString('base64url');
}

/** The JSON of a cursor; undefined for one that no list has written. */
function textOf(cursor: string): string | undefined {
  if (!cursor.startsWith(DEFLATED)) {
    const text = Buffer.from(cursor, 'base64url').toString();
    return Buffer.from(text).toString('base64url') === cursor ? text : undefined;
  }
  const bytes = Buffer.from(cursor.slice(DEFLATED.length), 'base64url');
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }).toString();
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
