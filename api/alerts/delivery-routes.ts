import { Type, type Static } from 'typebox';
import { deliveryIdOf } from '../../domain/alerts/alert.ts';
import { DestinationId } from '../../domain/alerts/destinations.ts';
import { formatInstant } from '../../domain/instants.ts';
import { readDeliveries, type DeliveryRow } from '../../store/alerts/deliveries.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Count } from '../parameters/counts.ts';
import { cursorCodec, cursorParameter } from '../parameters/cursor.ts';
import { Instant } from '../parameters/instant.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { fittingRows } from '../parameters/page-bytes.ts';
import { NextCursor } from '../parameters/page.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { destinationOf } from './change-destination.ts';
import { findDestination } from './destination-answer.ts';
import { ALERT_SCOPES, orgIdOf } from './scope.ts';
import { recordRequest, REQUEST_PROBLEMS } from './record-request.ts';

const strict = { additionalProperties: false };
const MAX_OFFSET = 10 ** 15;

const DeliveryAnswer = Type.Object(
  {
    delivery_id: Type.String({ description: 'The header webhook-id: the same at every attempt.' }),
    destination_id: DestinationId,
    event: Type.String(),
    alert_id: Type.Union([Type.String(), Type.Null()]),
    created_at: Instant,
    state: Type.Enum(['pending', 'delivered', 'failed']),
    attempts: Type.Array(
      Type.Object(
        {
          at: Instant,
          status: Type.Union([Type.Integer(), Type.Null()], {
            description: 'The receiver’s HTTP status or SMTP code; null where it gave none.',
          }),
          error: Type.Union([Type.String(), Type.Null()]),
          duration_ms: Count,
        },
        strict,
      ),
    ),
    next_attempt_at: Type.Union([Instant, Type.Null()]),
  },
  strict,
);
export const DeliveriesAnswer = Type.Object(
  { org_id: Type.String(), deliveries: Type.Array(DeliveryAnswer), next_cursor: NextCursor },
  strict,
);
export const TestAnswer = Type.Object({ destination_id: DestinationId, delivery_id: Type.String() }, strict);
export const ReplayedAnswer = Type.Object({ delivery_id: Type.String() }, strict);

const DeliveriesQuery = Type.Object(
  {
    destination: Type.Optional(DestinationId),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'deliveries of a page' }),
    cursor: cursorParameter(256),
  },
  strict,
);
const DeliveryId = Type.String({ pattern: '^msg_[0-9a-f]{32}$', description: 'a delivery_id of the list' });
const { encode, decode } = cursorCodec(
  Type.Tuple([Type.Integer({ minimum: 0, maximum: MAX_OFFSET }), Type.String({ maxLength: 64 })]),
);

/** What became of each delivery; testing a destination, and delivering again. */
export function alertDeliveryRoutes(app: ApiServer, dependencies: ApiDependencies): void {
  for (const scope of ALERT_SCOPES) deliveryRoutes(app, dependencies, scope);
}

function deliveryRoutes(
  app: ApiServer,
  dependencies: ApiDependencies,
  { base, change: access, params: own }: (typeof ALERT_SCOPES)[number],
): void {
  const { clickhouse, settings, now, newChangeId } = dependencies;
  app.route({
    method: 'GET',
    url: `${base}/alert-deliveries`,
    config: { access },
    schema: {
      summary: 'What became of each delivery, the newest first',
      description: 'Kept for 90 days. A delivery that was replayed has the attempts of each time.',
      params: Type.Object(own),
      querystring: DeliveriesQuery,
      response: { 200: DeliveriesAnswer },
    },
    handler: async ({ params, query: { destination: destinationId, limit, cursor } }) => {
      const orgId = orgIdOf(await settings.refresh(), params);
      const [offset = 0, place = ''] = cursor === undefined ? [] : decode(cursor);
      const rows = await readDeliveries(clickhouse, {
        orgId,
        destinationId,
        after: cursor === undefined ? undefined : { offset, destinationId: place },
        limit: limit + 1,
      });
      const page = fittingRows(rows.slice(0, limit).map((row) => deliveryAnswer(row)));
      const last = rows.length > page.length ? rows[page.length - 1] : undefined;
      return {
        org_id: orgId,
        deliveries: [...page],
        next_cursor: last === undefined ? null : encode([last.offset, last.destination_id]),
      };
    },
  });

  app.route({
    method: 'POST',
    url: `${base}/alert-destinations/:destination/test`,
    config: { access },
    schema: {
      summary: 'Send a test to a destination',
      params: Type.Object({ ...own, destination: DestinationId }),
      querystring: NoQuery,
      response: { 202: TestAnswer, ...REQUEST_PROBLEMS },
    },
    handler: async ({ params }, reply) => {
      const { orgId, destination } = await destinationOf(dependencies, params);
      const { destination_id } = destination;
      const record_id = `test:${newChangeId()}`;
      await recordRequest(dependencies, { record_id, org_id: orgId, kind: 'test', subject: destination_id });
      return reply.code(202).send({ destination_id, delivery_id: deliveryIdOf(record_id, destination_id) });
    },
  });

  app.route({
    method: 'POST',
    url: `${base}/alert-deliveries/:delivery/replay`,
    config: { access },
    schema: {
      summary: 'Deliver again, under the same id',
      params: Type.Object({ ...own, delivery: DeliveryId }),
      querystring: NoQuery,
      response: { 202: ReplayedAnswer, ...REQUEST_PROBLEMS },
    },
    handler: async ({ params }, reply) => {
      const state = await settings.refresh();
      const orgId = orgIdOf(state, params);
      const [found] = await readDeliveries(clickhouse, { orgId, deliveryId: params.delivery, limit: 1 });
      if (found === undefined) {
        const detail = `There is no delivery ${params.delivery}: GET /v1/orgs/{org}/alert-deliveries lists them.`;
        throw new Problem('not-found', detail);
      }
      findDestination(state, orgId, found.destination_id, now());
      await recordRequest(dependencies, {
        record_id: `replay:${newChangeId()}`,
        org_id: orgId,
        kind: 'replay',
        subject: found.destination_id,
        value: JSON.stringify({ destination_id: found.destination_id, kafka_offset: found.offset }),
      });
      return reply.code(202).send({ delivery_id: found.delivery_id });
    },
  });
}

function deliveryAnswer(row: DeliveryRow): Static<typeof DeliveryAnswer> {
  const { delivery_id, destination_id, event, alert_id, created_at, outcome, next_at, attempts } = row;
  const isPending = outcome === 'pending' || outcome === 'retried';
  return {
    delivery_id,
    destination_id,
    event,
    alert_id: alert_id === '' ? null : alert_id,
    created_at: formatInstant(created_at),
    state: isPending ? 'pending' : outcome,
    attempts: attempts.map(([at, status, error, duration_ms]) => ({
      at: formatInstant(at),
      status: status === 0 ? null : status,
      error: error === '' ? null : error,
      duration_ms,
    })),
    next_attempt_at: isPending ? formatInstant(next_at) : null,
  };
}
