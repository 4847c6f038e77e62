import { Type, type Static } from 'typebox';

/** What became of one event of POST /v1/events. */
export const EventResult = Type.Object(
  {
    status: Type.Enum(['accepted', 'rejected', 'unconfirmed'], {
      description:
        'accepted: Kafka has the event. rejected: it breaks a rule; correct it. unconfirmed: Kafka may have it or not; send it again with this event_id, and it counts once.',
    }),
    event_id: Type.Optional(Type.String({ description: 'of an accepted or unconfirmed event' })),
    reason: Type.Optional(Type.String({ description: 'the broken rule, a stable identifier' })),
    detail: Type.Optional(Type.String({ description: 'the values that broke it, for people' })),
  },
  { additionalProperties: false },
);
export type EventResult = Static<typeof EventResult>;
