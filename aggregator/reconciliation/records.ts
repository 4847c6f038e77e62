import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { formatPlace } from '../../schemas/dead-letter.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { difference, type Difference } from '../../store/reconciliation/difference.ts';
import { parseRecordName } from './sampled-record.ts';

const EventRow = Type.Object({ id: Type.String(), org_id: Type.String() });
const PlaceRow = Type.Object({ place: Type.String() });

/**
 * Looks up what became of records that were read again from Kafka: each is an event in the table, or a dead letter.
 * @param names as recordName writes them
 * @param wholeSince events before are not kept any more; epoch milliseconds
 * @returns the differences by name
 */
export async function checkRecords(
  client: ClickHouseClient,
  names: readonly string[],
  wholeSince: number,
): Promise<Map<string, Difference>> {
  const records = names.flatMap((name) => {
    const record = parseRecordName(name);
    const isKept = record?.event === undefined || record.event.occurredAt >= wholeSince;
    return record && isKept ? [{ name, ...record }] : [];
  });
  if (records.length === 0) return new Map();
  const events = records.flatMap(({ event }) => (event ? [event] : []));
  const [found, quarantined] = await Promise.all([
    events.length === 0
      ? []
      : select(
          client,
          EventRow,
          `SELECT DISTINCT toString(event_id) AS id, org_id FROM call_events
           WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)} AND org_id IN {orgs:Array(String)}
             AND event_id IN {ids:Array(UUID)}`,
          {
            hours: events.map(({ occurredAt }) => toSeconds(occurredAt)),
            orgs: events.map(({ orgId }) => orgId),
            ids: events.map(({ id }) => id),
          },
        ),
    select(
      client,
      PlaceRow,
      `SELECT DISTINCT concat(topic, '/', toString(partition), '/', toString(offset)) AS place FROM quarantined
       WHERE topic IN {topics:Array(String)} AND partition IN {partitions:Array(UInt16)} AND offset IN {offsets:Array(UInt64)}`,
      {
        topics: records.map(({ topic }) => topic),
        partitions: records.map(({ partition }) => partition),
        offsets: records.map(({ offset }) => offset),
      },
    ),
  ]);
  const counted = new Set(found.map(({ id, org_id }) => JSON.stringify([id, org_id])));
  const deadLetters = new Set(quarantined.map(({ place }) => place));
  const lost = records.filter(({ topic, partition, offset, event }) => {
    if (deadLetters.has(formatPlace({ topic, partition, offset }))) return false;
    return !event || !counted.has(JSON.stringify([event.id, event.orgId]));
  });
  return new Map(
    lost.map(({ name, topic, partition, offset, event }) => {
      const at = `${topic} partition ${partition}, offset ${offset}`;
      const place = { topic, partition, first_offset: offset, last_offset: offset };
      if (!event) return [name, difference('records-without-outcome', at, 1, 0, place)];
      const { id, orgId: org_id, occurredAt: from } = event;
      const where = `${at}, event ${id} of ${org_id}`;
      return [
        name,
        difference('events-missing', where, 1, 0, { ...place, org_id, from, to: from + HOUR_MS }),
      ];
    }),
  );
}
