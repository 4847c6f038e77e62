import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** A place in a list as clients carry it: opaque to them. */
export function encodeContent(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** What a cursor of this shape says, or undefined where encodeContent has not written it. */
export function decodeContent<Schema extends TSchema>(
  schema: Schema,
  cursor: string,
): Static<Schema> | undefined {
  const content = parsed(cursor);
  return Value.Check(schema, content) && encodeContent(content) === cursor ? content : undefined;
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
