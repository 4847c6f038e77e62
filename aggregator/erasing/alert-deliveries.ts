import { setTimeout as delay } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import { alertIdOf, deliveryIdOf } from '../../domain/alerts/alert.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Erasing } from './erase-person.ts';
import { pagesOf } from './pages.ts';
import { mutate } from './statements.ts';

export const AlertRow = Type.Object({
  offset: Type.Integer(),
  record_id: Type.String(),
  org_id: Type.String(),
  kind: Type.String(),
  product: Type.String(),
  rule_id: Type.String(),
  subject: Type.String(),
  number: Type.Integer(),
  value: Type.String(),
});
type AlertRow = Static<typeof AlertRow>;

/** The alerts of an organisation; takes further conditions. */
export const ALERTS = `SELECT toInt64(kafka_offset) AS offset, record_id, org_id, kind, product, rule_id, subject,
  toInt64(number) AS number, value FROM alert_log FINAL
  WHERE org_id = {org:String} AND kind IN ('raised', 'resolved')`;

/** D: an attempt takes 15 s at most; one that runs still records its row under the ids before. */
const ATTEMPT_ENDS_MS = 20_000;

/**
 * Gives the deliveries of alerts about a pseudonym the ids that follow from it: those before were hashes of the user id.
 * @returns how many it gave other ids
 * @throws MutationError
 */
export async function eraseDeliveries(
  { client, nodes, progress }: Erasing,
  pseudonym: string,
  orgId: string,
): Promise<number> {
  const params = { org: orgId, pseudonym };
  const alerts = await select(
    client,
    AlertRow,
    `${ALERTS} AND subject IN ({pseudonym:String}, concat('user ', {pseudonym:String}))`,
    params,
  );
  let rewritten = 0;
  for (const some of pagesOf(alerts)) {
    const found = await readUnderOtherIds(client, orgId, some);
    if (found.some(({ isPending }) => isPending)) {
      progress('waiting until running attempts to deliver have ended');
      await delay(ATTEMPT_ENDS_MS);
    }
    for (const deliveries of pagesOf(found)) {
      await mutate(nodes, { table: 'alert_attempts', ...renaming(orgId, deliveries) }, progress);
    }
    rewritten += found.length;
  }
  return rewritten;
}

interface Delivery {
  /** The alert's offset and the destination. */
  readonly place: string;
  readonly alertId: string;
  readonly deliveryId: string;
  readonly isPending: boolean;
}

const DeliveryRow = Type.Object({
  offset: Type.Integer(),
  destination_id: Type.String(),
  ids: Type.Array(Type.String()),
  is_pending: Type.Boolean(),
});

async function readUnderOtherIds(
  client: ClickHouseClient,
  orgId: string,
  alerts: readonly AlertRow[],
): Promise<Delivery[]> {
  const rows = await select(
    client,
    DeliveryRow,
    `SELECT toInt64(kafka_offset) AS offset, destination_id,
       groupUniqArrayArray([each.delivery_id, each.alert_id]) AS ids,
       toBool(argMax(each.outcome, (each.round, each.attempt)) IN ('pending', 'retried')) AS is_pending
     FROM alert_attempts AS each WHERE org_id = {org:String} AND kafka_offset IN {offsets:Array(UInt64)}
     GROUP BY kafka_offset, destination_id`,
    { org: orgId, offsets: alerts.map(({ offset }) => offset) },
  );
  return rows.flatMap(({ offset, destination_id, ids, is_pending: isPending }) => {
    const alert = alerts.find((each) => each.offset === offset);
    if (alert === undefined) return [];
    const { product, rule_id: ruleId, subject, number, record_id } = alert;
    const alertId = alertIdOf({ orgId, product, ruleId, subject }, number);
    const deliveryId = deliveryIdOf(record_id, destination_id);
    if (ids.every((id) => id === alertId || id === deliveryId)) return [];
    return [{ place: `${offset} ${destination_id}`, alertId, deliveryId, isPending }];
  });
}

function renaming(orgId: string, deliveries: readonly Delivery[]) {
  const place = `concat(toString(kafka_offset), ' ', destination_id)`;
  const at = `indexOf({places:Array(String)}, ${place})`;
  return {
    query: `UPDATE alert_id = arrayElement({alerts:Array(String)}, ${at}),
      delivery_id = arrayElement({deliveries:Array(String)}, ${at})
      WHERE org_id = {org:String} AND ${place} IN {places:Array(String)}`,
    params: {
      org: orgId,
      places: deliveries.map((delivery) => delivery.place),
      alerts: deliveries.map(({ alertId }) => alertId),
      deliveries: deliveries.map(({ deliveryId }) => deliveryId),
    },
  };
}
