import { Type } from 'typebox';
import { CallEventInput } from '../../schemas/call-event-input.ts';
import { CloudEvent } from './cloud-event.ts';
import { MAX_EVENTS } from './formats.ts';
import { EventResult } from './result.ts';

const strict = { additionalProperties: false };

/** As in the SDK, and the time also as text. */
const Event = Type.Object(
  {
    ...CallEventInput.properties,
    occurred_at: Type.Optional(
      Type.Union([Type.Integer(), Type.String({ format: 'date-time' })], {
        description: 'epoch milliseconds or RFC 3339; when left out, the time of event_id, or now',
      }),
    ),
  },
  strict,
);
const listOf = { minItems: 1, maxItems: MAX_EVENTS };

/** The bodies of POST /v1/events. They are documentation: an event that breaks a rule is a result, not a 400. */
export const EventBodies = {
  content: {
    'application/json': {
      schema: Type.Union([Event, Type.Object({ events: Type.Array(Event, listOf) }, strict)]),
    },
    'application/x-ndjson': { schema: Type.String({ description: 'One event a line.' }) },
    'application/cloudevents+json': { schema: CloudEvent },
    'application/cloudevents-batch+json': { schema: Type.Array(CloudEvent, listOf) },
  },
};

export const EventsAnswer = Type.Object(
  {
    accepted: Type.Integer({ description: 'how many events Kafka has' }),
    rejected: Type.Integer(),
    results: Type.Array(EventResult, { description: 'one for each event, in order' }),
  },
  strict,
);
