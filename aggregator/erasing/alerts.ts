import { setTimeout as delay } from 'node:timers/promises';
import { select } from '../../platform/clickhouse/connect.ts';
import { instant } from '../../platform/clickhouse/sql-time.ts';
import { advance, readPositions } from '../../store/alerts/progress.ts';
import { eraseAlert } from '../../store/erasures/erase-alert.ts';
import { isOf, pseudonymOf, type Erasure } from '../../store/erasures/erasure.ts';
import { ALERTS, AlertRow, eraseDeliveries } from './alert-deliveries.ts';
import type { Erasing } from './erase-person.ts';
import { pagesOf } from './pages.ts';
import { mutate } from './statements.ts';

/** What was rewritten of alerts that name a person. */
export interface ErasedAlerts {
  /** Records of alert_log. */
  readonly alerts: number;
  readonly deliveries: number;
}

/**
 * Gives alerts that name the person the pseudonym, and their ids, which are hashes of the subject, those of alerts about
 * the pseudonym; then the rows of their deliveries. Processes that decide and deliver read the alerts again.
 * @throws MutationError
 */
export async function eraseAlerts(erasing: Erasing, erasure: Erasure, orgId: string): Promise<ErasedAlerts> {
  const { client, now, progress, knownAfterMs } = erasing;
  const alerts = await rewriteAlerts(erasing, erasure, orgId);
  // Also where none was left: a command that was killed may have rewritten them and not said so.
  const { erased = 0 } = await readPositions(client);
  await advance(client, 'erased', Math.max(erased + 1, now()));
  if (alerts > 0) {
    progress('waiting until deciders and deliveries know');
    await delay(knownAfterMs);
  }
  return { alerts, deliveries: await eraseDeliveries(erasing, pseudonymOf(erasure, orgId), orgId) };
}

async function rewriteAlerts({ client, nodes, progress }: Erasing, erasure: Erasure, orgId: string) {
  const pseudonym = pseudonymOf(erasure, orgId);
  const naming = await select(
    client,
    AlertRow,
    `${ALERTS} AND alert_log.appended_at < ${instant('cut')}
       AND (JSONExtractString(value, 'kind') IN ('user-share', 'budget-share') OR position(value, ' Mainly the user ') > 0)`,
    { org: orgId, cut: erasure.cut },
  );
  const rewritten = naming.flatMap((record) => {
    const columns = eraseAlert(record, (user) => (isOf(erasure, Buffer.from(user)) ? pseudonym : undefined));
    return columns === undefined ? [] : [{ offset: record.offset, ...columns }];
  });
  for (const some of pagesOf(rewritten)) {
    const at = 'indexOf({offsets:Array(UInt64)}, kafka_offset)';
    const query = `UPDATE record_id = arrayElement({ids:Array(String)}, ${at}),
      subject = arrayElement({subjects:Array(String)}, ${at}), value = arrayElement({facts:Array(String)}, ${at})
      WHERE org_id = {org:String} AND kafka_offset IN {offsets:Array(UInt64)}`;
    const params = {
      org: orgId,
      offsets: some.map(({ offset }) => offset),
      ids: some.map(({ record_id }) => record_id),
      subjects: some.map(({ subject }) => subject),
      facts: some.map(({ value }) => value),
    };
    await mutate(nodes, { table: 'alert_log', query, params }, progress);
  }
  return rewritten.length;
}
