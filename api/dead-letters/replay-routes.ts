import { Type } from 'typebox';
import { formatPlace, parsePlace, type Place } from '../../schemas/dead-letter.ts';
import { withBytes } from '../../store/dead-letters/bytes.ts';
import { readDeadLetters } from '../../store/dead-letters/read.ts';
import { readReplay } from '../../store/dead-letters/replays.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { NextCursor } from '../parameters/page.ts';
import { Problem } from '../problems/problem.ts';
import { answer } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';
import { checkPage } from './check-page.ts';
import { ReasonCount } from './check-route.ts';
import { decodePlace } from './cursors.ts';
import { VALIDATING_PROBLEMS, withServices } from './problems.ts';
import { filterProperties, filtersOf } from './query.ts';

const MAX_IDS = 1_000;
const closed = { additionalProperties: false } as const;
const ReplayBody = Type.Object(
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
const ReplayAnswer = Type.Object(
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
const OutcomeAnswer = Type.Object(
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

/** Replaying dead letters, and what became of a replay. */
export function deadLetterReplayRoutes(app: ApiServer, dependencies: ApiDependencies): void {
  const { clickhouse, deadLetters, newChangeId } = dependencies;
  app.route({
    method: 'POST',
    url: '/v1/dead-letters/replay',
    config: { access: 'replay-dead-letters' },
    schema: {
      summary: 'Replay dead letters: publish their bytes to the call topic again',
      description:
        'With ids, or with countable and filters. An event counts once, however often it is replayed, and a repeated request does no harm. What is rejected again becomes a dead letter of its own.',
      body: ReplayBody,
      response: {
        200: ReplayAnswer,
        404: answer('There is no dead letter of one of the ids: nothing was replayed'),
        ...VALIDATING_PROBLEMS,
      },
    },
    handler: async ({ body: { ids, countable, cursor, ...requested } }) => {
      const isFiltered = cursor !== undefined || Object.values(requested).some((each) => each !== undefined);
      if ((ids === undefined) === (countable === undefined) || (ids !== undefined && isFiltered)) {
        throw new Problem('invalid-request', 'Send either ids alone, or "countable": true with filters.');
      }
      const replay = newChangeId();
      if (ids !== undefined) return replayIds(dependencies, ids.map(placeOf), replay);
      const after = cursor === undefined ? undefined : decodePlace(cursor);
      let published = 0;
      const { checked, next_cursor } = await withServices(() =>
        checkPage(dependencies, { ...filtersOf(requested), state: 'open' }, after, async (chunk) => {
          const ready = chunk.deadLetters.filter((_, index) => chunk.results[index]?.counts);
          await deadLetters.replayer.publish(ready, replay);
          published += ready.length;
        }),
      );
      return { replay, published, skipped: checked - published, next_cursor };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/dead-letters/replays/:replay',
    config: { access: 'read-dead-letters' },
    schema: {
      summary: 'What became of the dead letters that one request replayed',
      params: Type.Object({
        replay: Type.String({ minLength: 1, maxLength: 64, description: 'the id of the replay' }),
      }),
      querystring: NoQuery,
      response: { 200: OutcomeAnswer },
    },
    handler: async ({ params: { replay } }) => {
      const { landed, counted, reasons } = await readReplay(clickhouse, replay);
      return { replay, landed, counted, quarantined_again: [...reasons] };
    },
  });
}

async function replayIds(
  { clickhouse, deadLetters: { replayer } }: ApiDependencies,
  places: readonly Place[],
  replay: string,
) {
  const rows = await readDeadLetters(clickhouse, places);
  const found = new Set(rows.map(formatPlace));
  const missing = places.find((place) => !found.has(formatPlace(place)));
  if (missing)
    throw new Problem('not-found', `There is no dead letter ${formatPlace(missing)}: nothing was replayed.`);
  let published = 0;
  for await (const chunk of withBytes(clickhouse, rows)) {
    const ready = chunk.filter((each) => replayer.canReplay(each));
    await withServices(() => replayer.publish(ready, replay));
    published += ready.length;
  }
  return { replay, published, skipped: rows.length - published, next_cursor: null };
}

function placeOf(id: string): Place {
  const place = parsePlace(id);
  if (place) return place;
  const detail = `${id} is not the id of a dead letter: write topic/partition/offset`;
  throw new Problem('invalid-request', `${detail}.`, { errors: [{ detail, pointer: '#/ids' }] });
}
