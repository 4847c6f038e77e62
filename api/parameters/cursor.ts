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
 * A cursor is its content as JSON in base64url. It is not signed: a client can write one, so the schema must bound
 * every value that reaches a query, and the list checks what depends on the request or the clock.
 */
export function cursorCodec<Schema extends TSchema>(content: Schema): CursorCodec<Static<Schema>> {
  return {
    encode,
    decode(cursor) {
      const decoded = parsed(cursor);
      // Equal texts: a place in a list has one spelling.
      if (Value.Check(content, decoded) && encode(decoded) === cursor) return decoded;
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

function encode(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
