import { Type } from 'typebox';
import { cursorParameter } from '../parameters/cursor.ts';
import { NextCursor } from '../parameters/page.ts';
import { ReasonCount } from './check-route.ts';
import { filterProperties } from './query.ts';

const MAX_IDS = 1_000;
const closed = { additionalProperties: false } as const;
export const ReplayBody = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 300, description: 'topic/partition/offset' }), {
        minItems: 1,
        maxItems: MAX_IDS,
        description: 'these dead letters, in whatever state',
      }),
    ),
    countable: Type.Optional(
      Type.Literal(true, { description: 'instead of ids: the open ones that would count now, page by page' }),
    ),
    ...filterProperties,
    cursor: cursorParameter(512),
  },
  closed,
);
export const ReplayAnswer = Type.Object(
  {
    replay: Type.String({
      description: 'The id of this replay: GET /v1/dead-letters/replays/{id} says what became of it.',
    }),
    published: Type.Integer({
      minimum: 0,
      description: 'Published to the call topic again; they land within seconds.',
    }),
    skipped: Type.Integer({
      minimum: 0,
      description: 'Not published: they would not count, are not calls, or their bytes are not kept whole.',
    }),
    next_cursor: NextCursor,
  },
  closed,
);
export const OutcomeAnswer = Type.Object(
  {
    replay: Type.String(),
    landed: Type.Integer({ minimum: 0, description: 'Of its records, so far.' }),
    counted: Type.Integer({
      minimum: 0,
      description: 'Events that count; one that had counted before counts once.',
    }),
    quarantined_again: Type.Array(ReasonCount),
  },
  closed,
);
