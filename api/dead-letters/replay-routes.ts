import { Type } from 'typebox';
import { formatPlace, parsePlace, type Place } from '../../schemas/dead-letter.ts';
import type { DeadLetterFilters } from '../../store/dead-letters/filters.ts';
import { withBytes } from '../../store/dead-letters/bytes.ts';
import { readDeadLetters } from '../../store/dead-letters/read.ts';
import { readReplay } from '../../store/dead-letters/replays.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { Problem } from '../problems/problem.ts';
import { answer } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';
import { checkPage } from './check-page.ts';
import { decodePlace } from './cursors.ts';
import { VALIDATING_PROBLEMS, withServices } from './problems.ts';
import { filtersOf } from './query.ts';
import { OutcomeAnswer, ReplayAnswer, ReplayBody } from './replay-schemas.ts';

/** Replaying dead letters, and what became of a replay. */
export function deadLetterReplayRoutes(app: ApiServer, dependencies: ApiDependencies): void {
  const { clickhouse, newChangeId } = dependencies;
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
    handler: async (request) => {
      const { ids, countable, cursor, ...requested } = request.body;
      const isFiltered = cursor !== undefined || Object.values(requested).some((each) => each !== undefined);
      if ((ids === undefined) === (countable === undefined) || (ids !== undefined && isFiltered)) {
        throw new Problem('invalid-request', 'Send either ids alone, or "countable": true with filters.');
      }
      const replay = newChangeId();
      const filters = filtersOf(requested);
      const by = { replay, user_id: callerOf(request).userId };
      request.log.info({ ...by, ...(ids ? { ids: ids.length } : { filters }) }, 'replaying dead letters');
      if (ids !== undefined) return replayIds(dependencies, ids.map(placeOf), replay);
      const after = cursor === undefined ? undefined : decodePlace(cursor);
      return replayCountable(dependencies, filters, after, replay);
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

async function replayCountable(
  dependencies: ApiDependencies,
  filters: DeadLetterFilters,
  after: Place | undefined,
  replay: string,
) {
  const { replayer } = dependencies.deadLetters;
  let published = 0;
  const { checked, next_cursor } = await withServices(() =>
    checkPage(dependencies, { ...filters, state: 'open' }, after, async ({ deadLetters, results }) => {
      const ready = deadLetters.filter((_, index) => results[index]?.counts);
      await replayer.publish(ready, replay);
      published += ready.length;
    }),
  );
  return { replay, published, skipped: checked - published, next_cursor };
}

function placeOf(id: string): Place {
  const place = parsePlace(id);
  if (place) return place;
  const detail = `${id} is not the id of a dead letter: write topic/partition/offset`;
  throw new Problem('invalid-request', `${detail}.`, { errors: [{ detail, pointer: '#/ids' }] });
}
