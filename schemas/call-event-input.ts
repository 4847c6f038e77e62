import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { CallEvent } from './call-event.ts';
import { mintEventId } from './event-id.ts';
import type { CallEventInput as Fields } from './call-event-fields.ts';
import { EventRejectedError } from './event-rejected-error.ts';

/** The greatest long that avsc writes: 2^53 - 2. */
const MAX_UNITS = Number.MAX_SAFE_INTEGER - 1;

/**
 * The shape of publish()'s argument (call-event-fields.ts documents the fields; a test compares the two). Unknown fields are rejected, so that a misspelt `module` is an error and not a lost figure.
 */
export const CallEventInput = Type.Object(
  {
    event_id: Type.Optional(Type.String({ description: 'UUIDv7 of occurred_at; minted when left out' })),
    occurred_at: Type.Optional(Type.Integer({ description: 'epoch milliseconds; now when left out' })),
    org_id: Type.String(),
    product: Type.String(),
    user_id: Type.String(),
    app_id: Type.String({ description: "'-' when there is none" }),
    method: Type.String(),
    endpoint: Type.String({ description: 'the path without its query string' }),
    module: Type.Optional(Type.String()),
    status: Type.Integer({ minimum: 0, maximum: 999 }),
    credits: Type.Integer(),
    rule: Type.Optional(Type.String()),
    units: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_UNITS })),
    rejection_cause: Type.Optional(Type.String()),
    source_address: Type.Optional(Type.String()),
    duration_ms: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }), Type.Null()])),
  },
  { additionalProperties: false },
);
export type CallEventInput = Fields;

const compiled = Compile(CallEventInput);
/** Without the check for unknown fields, which takes a regular expression for each field: 1 us an event. */
const known = Compile(Type.Object(CallEventInput.properties));
const FIELDS = new Set(Object.keys(CallEventInput.properties));

function isInput(input: unknown): input is CallEventInput {
  if (!known.Check(input)) return false;
  for (const name in input) if (!FIELDS.has(name)) return false;
  return true;
}

/**
 * The complete event: with defaults, and with a new id unless the caller gave one.
 * @param input a CallEventInput, whose shape is checked
 * @param random returns that many random bytes; the ids of two events differ only by them
 * @throws EventRejectedError `shape` if a field is missing, unknown, or of another type
 */
export function completeEvent(
  input: unknown,
  nowMs: number,
  random: (bytes: number) => Uint8Array,
): CallEvent {
  if (!isInput(input)) throw new EventRejectedError('shape', shapeProblem(input));
  const occurredAt = input.occurred_at ?? nowMs;
  return {
    event_id: input.event_id ?? eventIdOf(occurredAt, random(10)),
    occurred_at: occurredAt,
    org_id: input.org_id,
    product: input.product,
    user_id: input.user_id,
    app_id: input.app_id,
    method: input.method,
    endpoint: input.endpoint,
    module: input.module ?? '',
    status: input.status,
    credits: input.credits,
    rule: input.rule ?? '',
    units: input.units ?? 0,
    rejection_cause: input.rejection_cause ?? '',
    source_address: input.source_address ?? '',
    duration_ms: input.duration_ms ?? null,
  };
}

/**
 * The id of an event of that time.
 * @param random at least 10 bytes
 * @throws EventRejectedError `event-id-time` if the time does not fit an id
 */
export function eventIdOf(occurredAt: number, random: Uint8Array): string {
  try {
    return mintEventId(occurredAt, random);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EventRejectedError('event-id-time', error.message);
  }
}

function shapeProblem(input: unknown): string {
  if (typeof input !== 'object' || input === null) return `${JSON.stringify(input)} is not an object`;
  for (const [name, field] of Object.entries(CallEventInput.properties)) {
    if (!(name in input) && !('~optional' in field)) return `${name} is missing`;
  }
  const unknown = Object.keys(input).find((name) => !(name in CallEventInput.properties));
  if (unknown !== undefined) return `${unknown} is not a field; see CallEventInput for the fields`;
  const [error] = compiled.Errors(input);
  return error
    ? `${error.instancePath.slice(1)} ${error.message}`
    : 'it does not have the shape of CallEventInput';
}
