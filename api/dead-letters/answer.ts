import { Type, type Static } from 'typebox';
import { DEAD_LETTER_STATES, type DeadLetter } from '../../store/dead-letters/dead-letter.ts';
import { explainReason } from '../../store/dead-letters/advice.ts';
import { deadLetterJson } from '../../store/dead-letters/json.ts';
import type { Examination } from '../../store/dead-letters/validator.ts';
import { Count } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { NextCursor } from '../parameters/page.ts';

const closed = { additionalProperties: false } as const;
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description: string,
) => Type.Union([schema, Type.Null()], { description });

const Id = Type.String({ description: 'topic/partition/offset' });

const deadLetterProperties = {
  id: Id,
  topic: Type.String(),
  partition: Count,
  offset: Count,
  reason: Type.String(),
  rule: Type.String({ description: 'The rule that the record breaks, in words.' }),
  detail: Type.String({ description: 'The values that broke it.' }),
  org_id: Type.String({ description: 'Of the event, else the record’s key.' }),
  size_bytes: Count,
  appended_at: Instant,
  quarantined_at: Instant,
  state: Type.Enum([...DEAD_LETTER_STATES]),
  replays: Type.Integer({ minimum: 0, description: 'How many replays of it have landed.' }),
  replayed_as: orNull(
    Type.Object(
      {
        id: Id,
        appended_at: Instant,
        replay: Type.String({ description: 'The request that replayed it.' }),
        reason: orNull(Type.String(), 'Why it was quarantined again; null if it counts.'),
      },
      closed,
    ),
    'The replay that counts, else the last one: then it is a dead letter of its own.',
  ),
  replay_of: orNull(Id, 'The dead letter that this one replayed.'),
};

export const DeadLettersAnswer = Type.Object(
  { dead_letters: Type.Array(Type.Object(deadLetterProperties, closed)), next_cursor: NextCursor },
  closed,
);

const CountsNowAnswer = Type.Object(
  { counts: Type.Boolean(), reason: Type.String(), detail: Type.String() },
  {
    ...closed,
    description: 'Whether it would count if it were replayed now, by the consumers’ own validation.',
  },
);

export const DeadLetterAnswer = Type.Object(
  {
    ...deadLetterProperties,
    advice: Type.String({ description: 'What to do about it.' }),
    counts_now: CountsNowAnswer,
    bytes: orNull(
      Type.Object(
        {
          key_base64: orNull(Type.String(), 'Null as in Kafka.'),
          value_base64: orNull(Type.String(), 'Null as in Kafka.'),
          value_hex: orNull(Type.String(), 'The same.'),
          is_cut: Type.Boolean({ description: 'Whether the value was larger than what is kept of one.' }),
        },
        closed,
      ),
      'Null once they are not kept any more (DEAD_LETTER_RETENTION_DAYS).',
    ),
    message: orNull(
      Type.Object(
        {
          encoding: Type.Enum(['single-object', 'registry', 'unknown']),
          schema: orNull(Type.String(), 'The writer schema that the header names: a fingerprint or an id.'),
          fields: Type.Array(Type.Object({ name: Type.String(), value: Type.Unknown() }, closed)),
          stopped: orNull(Type.String(), 'Why reading stopped, and at which byte; null at the end.'),
        },
        closed,
      ),
      'Its fields as far as they can be read; null for other topics and without bytes.',
    ),
  },
  closed,
);

export function deadLetterAnswer(
  deadLetter: DeadLetter,
  { countsNow, message }: Examination,
): Static<typeof DeadLetterAnswer> {
  const { bytes } = deadLetter;
  return {
    ...deadLetterJson(deadLetter),
    advice: explainReason(deadLetter.reason).advice,
    counts_now: countsNow,
    bytes: bytes
      ? {
          key_base64: bytes.key?.toString('base64') ?? null,
          value_base64: bytes.value?.toString('base64') ?? null,
          value_hex: bytes.value?.toString('hex') ?? null,
          is_cut: bytes.isCut,
        }
      : null,
    message: message
      ? {
          encoding: message.encoding,
          schema: message.schema ?? null,
          fields: message.fields.map(({ name, value }) => ({ name, value })),
          stopped: message.stopped ?? null,
        }
      : null,
  };
}
