import { Type, type Static } from 'typebox';
import { alertIdOf, digestOf } from '../../domain/alerts/alert.ts';
import { formatInstant } from '../../domain/instants.ts';
import { factsOf } from '../../store/alerts/log.ts';
import { readAlerts, readReadState, type AlertRow } from '../../store/alerts/list.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Count } from '../parameters/counts.ts';
import { cursorCodec, cursorParameter } from '../parameters/cursor.ts';
import { Instant } from '../parameters/instant.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { Name } from '../parameters/org.ts';
import { fittingRows } from '../parameters/page-bytes.ts';
import { NextCursor } from '../parameters/page.ts';
import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { ALERT_SCOPES, orgIdOf } from './scope.ts';
import { recordRequest, REQUEST_PROBLEMS } from './record-request.ts';

const strict = { additionalProperties: false };
const Nullable = Type.Union([Type.String(), Type.Null()]);
const MAX_OFFSET = 10 ** 15;

export const AlertAnswer = Type.Object(
  {
    alert_id: Type.String(),
    product: Nullable,
    rule_id: Type.String(),
    kind: Type.String(),
    subject: Type.Union([Type.String(), Type.Null()], {
      description: 'The user, app, endpoint or destination; null for the subscription as a whole.',
    }),
    threshold: Type.String(),
    value: Type.String({ description: 'When it was raised, in the unit of the threshold.' }),
    unit: Type.String(),
    message: Type.String(),
    as_of: Type.Union([Instant], { description: 'The instant of the figures.' }),
    raised_at: Instant,
    resolved_at: Type.Union([Instant, Type.Null()], { description: 'Null while it is open.' }),
    unread: Type.Boolean(),
  },
  strict,
);

const Position = Type.String({
  pattern: String.raw`^\d{1,15}$`,
  description: 'How far the alerts go: everything in this list and before it.',
});
export const AlertsAnswer = Type.Object(
  {
    org_id: Type.String({ description: 'Empty for the platform.' }),
    unread: Count,
    position: Position,
    alerts: Type.Array(AlertAnswer, { description: 'Newest first.' }),
    next_cursor: NextCursor,
  },
  strict,
);
export const ReadAnswer = Type.Object({ org_id: Type.String(), position: Position, unread: Count }, strict);

const AlertsQuery = Type.Object(
  {
    product: Type.Optional(Name('only the alerts of this product, and those of none')),
    state: Type.Enum(['open', 'all'], { default: 'all', description: 'only open alerts, or all' }),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'alerts of a page' }),
    cursor: cursorParameter(64),
  },
  strict,
);
const { encode, decode } = cursorCodec(Type.Tuple([Type.Integer({ minimum: 0, maximum: MAX_OFFSET })]));

/** The alerts of an organisation or of the platform, and how far the caller has read them. */
export function alertListRoutes(app: ApiServer, dependencies: ApiDependencies): void {
  for (const scope of ALERT_SCOPES) listRoutes(app, dependencies, scope);
}

function listRoutes(
  app: ApiServer,
  dependencies: ApiDependencies,
  { base, read: access, params }: (typeof ALERT_SCOPES)[number],
): void {
  const { clickhouse, settings } = dependencies;
  app.route({
    method: 'GET',
    url: `${base}/alerts`,
    config: { access },
    schema: {
      summary: 'Alerts, the newest first',
      params: Type.Object(params),
      querystring: AlertsQuery,
      response: { 200: AlertsAnswer },
    },
    handler: async (request) => {
      const { product, state, limit, cursor } = request.query;
      const orgId = orgIdOf(await settings.refresh(), request.params);
      const before = cursor === undefined ? undefined : decode(cursor)[0];
      const isOpenOnly = state === 'open';
      const { position, read, unread } = await readReadState(clickhouse, orgId, callerOf(request).userId);
      const rows = await readAlerts(clickhouse, { orgId, product, isOpenOnly, before, limit: limit + 1 });
      const page = fittingRows(
        rows.slice(0, limit).map((row) => alertAnswer(orgId, row, row.offset >= read)),
      );
      const last = rows.length > page.length ? rows[page.length - 1] : undefined;
      return {
        org_id: orgId,
        unread,
        position: String(position),
        alerts: [...page],
        next_cursor: last === undefined ? null : encode([last.offset]),
      };
    },
  });

  app.route({
    method: 'PUT',
    url: `${base}/alerts/read`,
    config: { access },
    schema: {
      summary: 'Note that the caller has read all alerts up to a position',
      params: Type.Object(params),
      querystring: NoQuery,
      body: Type.Object({ position: Position }, strict),
      response: { 200: ReadAnswer, ...REQUEST_PROBLEMS },
    },
    handler: async (request) => {
      const orgId = orgIdOf(await settings.refresh(), request.params);
      const { userId } = callerOf(request);
      const position = Number(request.body.position);
      const before = await readReadState(clickhouse, orgId, userId);
      if (position > before.position) {
        throw invalidParameter('position', 'must be one that GET /v1/orgs/{org}/alerts has returned');
      }
      if (position > before.read) {
        await recordRequest(dependencies, {
          record_id: `read:${digestOf([orgId, userId, position])}`,
          org_id: orgId,
          kind: 'read',
          subject: userId,
          number: position,
        });
      }
      const { read, unread } = await readReadState(clickhouse, orgId, userId);
      return { org_id: orgId, position: String(read), unread };
    },
  });
}

function alertAnswer(orgId: string, row: AlertRow, unread: boolean): Static<typeof AlertAnswer> {
  const { product, rule_id, subject, number, value, raised_at, resolved_at } = row;
  const { kind, threshold, value: figure, unit, message, as_of } = factsOf(value);
  return {
    alert_id: alertIdOf({ orgId, product, ruleId: rule_id, subject }, number),
    product: product === '' ? null : product,
    rule_id,
    kind,
    subject: subject === '' ? null : subject,
    threshold,
    value: figure,
    unit,
    message,
    as_of: formatInstant(as_of),
    raised_at: formatInstant(raised_at),
    resolved_at: resolved_at === 0 ? null : formatInstant(resolved_at),
    unread,
  };
}
