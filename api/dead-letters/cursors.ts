import { Type } from 'typebox';
import { parsePlace, type Place } from '../../schemas/dead-letter.ts';
import type { Position } from '../../store/dead-letters/read.ts';
import { CursorInstant, cursorCodec, invalidCursor } from '../parameters/cursor.ts';

/** The last dead letter of a page, by its id: the newest first, so with its append time. */
const list = cursorCodec(Type.Tuple([CursorInstant, Type.String({ maxLength: 300 })]));
/** The last dead letter that a check or a replay has reached. */
const walk = cursorCodec(Type.Tuple([Type.String({ maxLength: 300 })]));

export const encodePosition = (appended: number, id: string): string => list.encode([appended, id]);

/** Throws the Problem `invalid-request` for a cursor that the list has not returned. */
export function decodePosition(cursor: string): Position {
  const [appended, id] = list.decode(cursor);
  return { ...placeOf(id), appended };
}

export const encodePlace = (id: string): string => walk.encode([id]);

/** Throws the Problem `invalid-request`. */
export const decodePlace = (cursor: string): Place => placeOf(walk.decode(cursor)[0]);

function placeOf(id: string): Place {
  const place = parsePlace(id);
  if (!place) throw invalidCursor();
  return place;
}
