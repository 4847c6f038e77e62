import { Type, type Static } from 'typebox';
import { readLandedEnd } from '../../platform/landed-log.ts';
import type { Sources } from '../dependencies.ts';
import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { ChargeAnswer } from './answer.ts';
import { decodeOffset, encodeOffset } from './cursor.ts';
import { readRevisions, type LoggedRevision } from '../../store/charges/read-revisions.ts';

const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

const FeedQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'next_cursor of the previous page; the beginning of the feed by default',
      }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000, description: 'revisions of a page' }),
  },
  { additionalProperties: false },
);

export const FeedAnswer = Type.Object(
  {
    charges: Type.Array(ChargeAnswer, {
      description: 'In the order of the topic `daily-charges`; the deltas add up.',
    }),
    next_cursor: Type.String({
      description:
        'Never null: the request’s own cursor when nothing is new. Store it together with what you book.',
    }),
  },
  { additionalProperties: false },
);

export type FeedAnswer = Static<typeof FeedAnswer>;

/**
 * The billing service's feed. A page ends before the first record that has not landed, so no cursor ever skips one.
 * A revision never changes, and a client that follows the cursors gets it once.
 */
export function chargesRoute(app: ApiServer, { clickhouse, topics }: Sources): void {
  /** As last read. What has landed stays landed, so a page before it need not read it again. */
  let landedEnd = 0;

  async function readPage(from: number, limit: number): Promise<LoggedRevision[]> {
    if (from + limit <= landedEnd) {
      const page = await readRevisions(clickhouse, { from, to: landedEnd, limit });
      if (page.length === limit) return page;
    }
    // Before the rows: what lands meanwhile belongs to the next page.
    const to = await readLandedEnd(clickhouse, topics.dailyCharges);
    if (from > to)
      throw invalidParameter('cursor', 'lies beyond the end of the log: it belongs to another system');
    landedEnd = to;
    return readRevisions(clickhouse, { from, to, limit });
  }

  app.route({
    method: 'GET',
    url: '/v1/charges',
    config: { access: 'read-charges' },
    schema: {
      summary: 'Every revision of every day’s charge, in the order of closing: the billing service’s feed',
      querystring: FeedQuery,
      response: { 200: Type.Unsafe<string>(FeedAnswer) },
    },
    handler: async ({ query: { cursor, limit } }, reply) => {
      const from = cursor === undefined ? 0 : decodeOffset(cursor);
      const rows = await readPage(from, limit);
      const last = rows.at(-1);
      // Nothing new: the client's own cursor, whichever codec wrote it.
      const next = last === undefined ? (cursor ?? encodeOffset(0)) : encodeOffset(last.offset + 1);
      const charges = rows.map(({ json }) => json).join(',');
      return reply
        .type(JSON_MEDIA_TYPE)
        .send(`{"charges":[${charges}],"next_cursor":${JSON.stringify(next)}}`);
    },
  });
}
