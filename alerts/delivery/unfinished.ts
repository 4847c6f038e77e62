import { deliveryIdOf } from '../../domain/alerts/alert.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readUnfinished, type Unfinished } from '../../store/alerts/attempts.ts';
import { readRecords, type LoggedRecord } from '../../store/alerts/log.ts';
import { messageOf } from './message.ts';
import { MOST_QUEUED, PER_DESTINATION, type Queued } from './queue.ts';

/** The unfinished deliveries of the table, as DeliveryQueue.refill takes them, with what they deliver. */
export async function readQueued(client: ClickHouseClient): Promise<Queued[]> {
  const rows = await readUnfinished(client, PER_DESTINATION + 1, MOST_QUEUED);
  const found: Queued[] = [];
  for (const [orgId, own] of Map.groupBy(rows, ({ org_id }) => org_id)) {
    const offsets = new Set(own.map(({ kafka_offset }) => kafka_offset));
    const records = await readRecords(client, orgId, [...offsets]);
    const byOffset = new Map(records.map((record) => [record.offset, record]));
    found.push(...own.flatMap((row) => queued(row, byOffset.get(row.kafka_offset))));
  }
  return found;
}

/** The ids follow from the record: it has others where a person was erased since. */
function queued(row: Unfinished, record: LoggedRecord | undefined): Queued[] {
  const message = record && messageOf(record);
  if (!message) return [];
  const delivery_id = deliveryIdOf(record.record_id, row.destination_id);
  return [{ ...row, delivery_id, alert_id: message.alertId, message }];
}
