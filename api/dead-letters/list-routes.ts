import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { formatPlace, MAX_OFFSET } from '../../schemas/dead-letter.ts';
import { deadLetterJson, deadLetterWithBytesJson } from '../../store/dead-letters/json.ts';
import { listDeadLetters, readDeadLetter } from '../../store/dead-letters/read.ts';
import { walkDeadLetters } from '../../store/dead-letters/walk.ts';
import type { DeadLetter } from '../../store/dead-letters/dead-letter.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { fittingRows } from '../parameters/page-bytes.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { DeadLetterAnswer, deadLetterAnswer, DeadLettersAnswer } from './answer.ts';
import { decodePosition, encodePosition } from './cursors.ts';
import { filterProperties, filtersOf, Partition, stateProperties, Topic } from './query.ts';

/** The longest time for a slow reader. Each query has the connection's own limits. */
const STREAM_TIMEOUT_MS = 600_000;

const ExportQuery = Type.Object({ ...filterProperties, ...stateProperties }, { additionalProperties: false });
const ListQuery = Type.Object(
  {
    ...ExportQuery.properties,
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'dead letters of a page' }),
    cursor: cursorParameter(512),
  },
  { additionalProperties: false },
);
const PlaceParams = Type.Object({
  topic: Topic,
  partition: Partition,
  offset: Type.Integer({ minimum: 0, maximum: MAX_OFFSET, description: 'in the partition' }),
});

/** Reading dead letters: a page of them, all of them, and one. */
export function deadLetterListRoutes(app: ApiServer, { clickhouse, deadLetters }: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/dead-letters',
    config: { access: 'read-dead-letters' },
    schema: {
      summary: 'Dead letters, the newest first: the records that do not count',
      querystring: ListQuery,
      response: { 200: DeadLettersAnswer },
    },
    handler: async ({ query: { limit, cursor, ...requested } }) => {
      const after = cursor === undefined ? undefined : decodePosition(cursor);
      const rows = await listDeadLetters(clickhouse, {
        filters: filtersOf(requested),
        after,
        limit: limit + 1,
      });
      const page = fittingRows(rows.slice(0, limit));
      const last = rows.length > page.length ? page.at(-1) : undefined;
      return {
        dead_letters: page.map((row) => deadLetterJson(row)),
        next_cursor: last ? encodePosition(last.appended, formatPlace(last)) : null,
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/dead-letters/export',
    handlerTimeout: STREAM_TIMEOUT_MS,
    config: { access: 'read-dead-letters' },
    schema: {
      summary: 'All matching dead letters with their bytes, one JSON object a line',
      querystring: ExportQuery,
      response: {
        200: {
          description:
            'As in the list, with has_bytes, is_cut, key_base64 and value_base64; by topic, partition and offset; streamed.',
          content: { 'application/x-ndjson': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
        },
      },
    },
    handler: async ({ query }, reply) => {
      const chunks = walkDeadLetters(clickhouse, filtersOf(query));
      // Read before the answer begins, so that a failure still gets its own status.
      const first = await chunks.next();
      async function* texts(): AsyncGenerator<string> {
        if (first.done !== true) yield linesOf(first.value);
        for await (const chunk of chunks) yield linesOf(chunk);
      }
      return reply.type('application/x-ndjson').send(Readable.from(texts()));
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/dead-letters/:topic/:partition/:offset',
    config: { access: 'read-dead-letters' },
    schema: {
      summary:
        'One dead letter: why, what to do about it, its bytes, and its fields as far as they can be read',
      params: PlaceParams,
      querystring: NoQuery,
      response: { 200: DeadLetterAnswer },
    },
    handler: async ({ params }) => {
      const deadLetter = await readDeadLetter(clickhouse, params);
      if (!deadLetter) {
        throw new Problem(
          'not-found',
          `There is no dead letter ${formatPlace(params)}: GET /v1/dead-letters lists them.`,
        );
      }
      return deadLetterAnswer(deadLetter, await deadLetters.validator.examine(deadLetter));
    },
  });
}

const linesOf = (chunk: readonly DeadLetter[]): string =>
  chunk.map((deadLetter) => `${JSON.stringify(deadLetterWithBytesJson(deadLetter))}\n`).join('');
