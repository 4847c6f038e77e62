import { Type, type Static } from 'typebox';
import { readConflictHours, readConflicts, type Conflict } from '../../store/conflicts/read.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { decodePosition, pageOfLog } from './cursor.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { Instant, InstantParameter, instantOf } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { NextCursor } from '../parameters/page.ts';
import { checkInstantRange, monthsBefore } from '../parameters/range.ts';
import type { ApiServer } from '../server.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo, ceilTo, formatInstant } from '../../domain/instants.ts';

const ConflictsQuery = Type.Object(
  {
    from: Type.Optional(InstantParameter('the range’s first instant; 13 months before `to` by default')),
    to: Type.Optional(InstantParameter('the range’s end, exclusive; now by default')),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'conflicts of a page' }),
    cursor: cursorParameter(128),
  },
  { additionalProperties: false },
);

const ConflictAnswer = Type.Object(
  {
    event_id: Type.String(),
    occurred_at: Instant,
    payloads: Type.Integer({ minimum: 2, description: 'The number of different payloads.' }),
    user_id: Type.String(),
    endpoint: Type.String(),
    credits: Credits,
  },
  {
    additionalProperties: false,
    description: 'The figures of the payload that counts: the first in the log.',
  },
);

/** Ids under which more than one payload was published (domain.md, Identity; schemas/clickhouse/0006). */
export const ConflictsAnswer = Type.Object(
  {
    org_id: Type.String(),
    from: Type.String({ format: 'date-time', description: 'The range, widened to whole hours (UTC).' }),
    to: Instant,
    sealed_until: Type.String({
      format: 'date-time',
      description: 'Later hours have not been searched yet: conflicts are found when an hour is sealed.',
    }),
    total: Type.Integer({
      minimum: 0,
      description: 'Event ids with several payloads in the whole range.',
    }),
    conflicts: Type.Array(ConflictAnswer, {
      description: 'Newest first. Conflicts whose events retention has dropped count only in `total`.',
    }),
    next_cursor: NextCursor,
  },
  { additionalProperties: false },
);

export function conflictsRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/conflicts',
    config: { access: 'read-conflicts' },
    schema: {
      summary: 'Event ids under which different payloads were published',
      params: OrgParams,
      querystring: ConflictsQuery,
      response: { 200: ConflictsAnswer },
    },
    handler: async ({ params, query }) => {
      const { limit, cursor } = query;
      const end = query.to === undefined ? sources.now() : instantOf('to', query.to);
      const start = query.from === undefined ? monthsBefore(end) : instantOf('from', query.from);
      if (query.from !== undefined) checkInstantRange(start, end);
      const [from, to] = [Math.max(0, floorTo(start, HOUR_MS)), ceilTo(end, HOUR_MS)];
      const before = cursor === undefined ? undefined : decodePosition(cursor, to);
      const { orgId } = findOrg(await sources.settings.refresh(), params.org);
      const { clickhouse } = sources;
      const [{ sealed }, hours] = await Promise.all([
        readProgress(clickhouse),
        readConflictHours(clickhouse, { orgId, from, to }),
      ]);
      const found = await readConflicts(clickhouse, { orgId, hours, before, limit: limit + 1 });
      const { page, next_cursor } = pageOfLog(found, limit);
      return {
        org_id: orgId,
        from: formatInstant(from),
        to: formatInstant(to),
        sealed_until: formatInstant(sealed),
        total: hours.reduce((sum, { conflicts }) => sum + conflicts, 0),
        conflicts: page.map(conflictAnswer),
        next_cursor,
      };
    },
  });
}

function conflictAnswer({ occurred_at, ...rest }: Conflict): Static<typeof ConflictAnswer> {
  return { ...rest, occurred_at: formatInstant(occurred_at) };
}
