import { Type } from 'typebox';
import { parseInstant } from '../../domain/instants.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { eventIdMs, parseEventId } from '../../schemas/event-id.ts';
import { EventRejectedError } from '../../schemas/event-rejected-error.ts';

/** A JSON object with any members. */
export const JsonObject = Type.Record(Type.String(), Type.Unknown());

/**
 * The input of an event as HTTP carries it. `occurred_at` may also be an RFC 3339 instant. Where only `event_id` is
 * given, its time is the event's, so that an event can be repeated by its id alone.
 * @returns a CallEventInput whose shape is not checked yet
 * @throws EventRejectedError
 */
export function plainEvent(value: unknown): unknown {
  if (!compiled(JsonObject).check(value) || Array.isArray(value)) {
    throw new EventRejectedError('shape', 'it is not a JSON object');
  }
  const lossy = Object.keys(value).find((name) => {
    const text = value[name];
    return typeof text === 'string' && !text.isWellFormed();
  });
  if (lossy !== undefined) {
    throw new EventRejectedError('shape', `${lossy} contains half a character (a lone surrogate)`);
  }
  const { event_id: id, occurred_at: time } = value;
  if (time === undefined) return withTimeOf(id, value);
  return typeof time === 'string' ? { ...value, occurred_at: instantOf('occurred_at', time) } : value;
}

/** @throws EventRejectedError where the text is not an RFC 3339 instant of 1970 to 2104 */
export function instantOf(field: string, text: string): number {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw new EventRejectedError('shape', `${field} is not an RFC 3339 instant: ${JSON.stringify(text)}`);
}

function withTimeOf(id: unknown, value: Readonly<Record<string, unknown>>): unknown {
  const bytes = typeof id === 'string' ? parseEventId(id) : undefined;
  return bytes === undefined ? value : { ...value, occurred_at: eventIdMs(bytes) };
}
