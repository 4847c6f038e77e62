import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { eventIdOf } from '../../schemas/call-event-input.ts';
import { eventIdMs, parseEventId } from '../../schemas/event-id.ts';
import { EventRejectedError } from '../../schemas/event-rejected-error.ts';
import { instantOf, JsonObject, plainEvent } from './plain-event.ts';

const JSON_TYPE = String.raw`^[^;]*[/+][jJ][sS][oO][nN]\s*(;.*)?$`;

/** A CloudEvent 1.0 in its JSON format. Its data is a call event, which may leave out event_id and occurred_at. */
export const CloudEvent = Type.Object(
  {
    specversion: Type.Literal('1.0'),
    id: Type.String({ minLength: 1, description: 'the event_id where it is a UUIDv7 of time' }),
    source: Type.String({ minLength: 1 }),
    type: Type.String({ minLength: 1 }),
    time: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: 'occurred_at, to the millisecond; required unless the id is a UUIDv7',
      }),
    ),
    datacontenttype: Type.Optional(Type.Union([Type.String({ pattern: JSON_TYPE }), Type.Null()])),
    data: JsonObject,
  },
  { additionalProperties: true, description: 'Extension attributes are ignored.' },
);
type CloudEvent = Static<typeof CloudEvent>;

/**
 * The call event in a CloudEvent. An event_id in the data is kept, and so is a CloudEvents id that is a UUIDv7 of the
 * event's time. Any other id, with its source and time, determines the event_id: a repeat of the CloudEvent counts once.
 * D: an id that is a UUIDv7 of another time counts as any other id, because generators stamp the two separately.
 * @returns a CallEventInput whose shape is not checked yet
 * @throws EventRejectedError
 */
export function fromCloudEvent(value: unknown): unknown {
  const { check, validationErrors } = compiled(CloudEvent);
  if (!check(value)) {
    const [error] = validationErrors(value);
    const problem = error ? `${error.path.slice(1)} ${error.message}`.trim() : 'the shape is another';
    throw new EventRejectedError('shape', `it is not a CloudEvent 1.0 with JSON data: ${problem}`);
  }
  if (!value.id.isWellFormed() || !value.source.isWellFormed()) {
    throw new EventRejectedError('shape', 'id or source contains half a character (a lone surrogate)');
  }
  const { data } = value;
  if (data['event_id'] !== undefined) return plainEvent(withTime(data, value));
  const ownId = parseEventId(value.id);
  const occurredAt = timeOf(value) ?? (ownId && eventIdMs(ownId));
  if (occurredAt === undefined) {
    throw new EventRejectedError('shape', 'time is missing: without it a repeat would count again');
  }
  const isOwnId = ownId !== undefined && eventIdMs(ownId) === occurredAt;
  return plainEvent({
    ...data,
    occurred_at: occurredAt,
    event_id: isOwnId ? value.id : derivedId(value, occurredAt),
  });
}

function withTime(data: CloudEvent['data'], event: CloudEvent): unknown {
  const occurredAt = timeOf(event);
  return occurredAt === undefined ? data : { ...data, occurred_at: occurredAt };
}

/** Epoch milliseconds of `time` and of `occurred_at` in the data, which must agree where both are given. */
function timeOf({ time, data }: CloudEvent): number | undefined {
  const given = data['occurred_at'];
  const inData = typeof given === 'string' ? instantOf('occurred_at', given) : given;
  if (inData !== undefined && typeof inData !== 'number') {
    throw new EventRejectedError('shape', 'occurred_at is not an instant');
  }
  if (time === undefined || time === null) return inData;
  const ofEvent = instantOf('time', time);
  if (inData === undefined || inData === ofEvent) return ofEvent;
  throw new EventRejectedError('shape', `time is ${ofEvent}, but occurred_at in the data is ${inData}`);
}

function derivedId({ source, id }: CloudEvent, occurredAt: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest();
  return eventIdOf(occurredAt, hash);
}
