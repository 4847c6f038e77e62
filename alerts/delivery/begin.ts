import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { deliveryIdOf } from '../../domain/alerts/alert.ts';
import type { Destination } from '../../domain/alerts/destinations.ts';
import { lastDestinations } from '../../domain/settings/alerting.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Attempt } from '../../store/alerts/attempts.ts';
import { jsonOf, readRecords, type LoggedRecord } from '../../store/alerts/log.ts';
import { messageOf, type Message } from './message.ts';

/** What a record of kind `replay` asks for. */
const ReplayValue = Type.Object({
  destination_id: Type.String(),
  kafka_offset: Type.Integer({ minimum: 0 }),
});

/** A delivery that begins: its attempt 0, and what is delivered. */
export interface Begun {
  readonly attempt: Attempt;
  readonly message: Message;
}

/** Every destination of an organisation, or of the platform (''), that is not removed. */
export function destinationsOf(settings: SettingsState, orgId: string): Destination[] {
  return lastDestinations(settings.alerting(orgId)).map(({ destination }) => destination);
}

/**
 * The deliveries that a record begins. An alert or event goes to the enabled destinations that
 * want it; a test, or a replay, to its one destination.
 */
export async function deliveriesOf(
  client: ClickHouseClient,
  settings: SettingsState,
  record: LoggedRecord,
  now: number,
): Promise<Begun[]> {
  const all = destinationsOf(settings, record.org_id);
  if (record.kind === 'replay') return replayed(client, record, now);
  const event = messageOf(record)?.event;
  const wanting = all.filter(({ destination_id, is_enabled, events }) =>
    record.kind === 'test'
      ? destination_id === record.subject
      : is_enabled && events.some((each) => each === event),
  );
  return wanting.flatMap(({ destination_id }) => beginning(record, destination_id, record.offset, now));
}

async function replayed(client: ClickHouseClient, record: LoggedRecord, now: number): Promise<Begun[]> {
  const value = jsonOf(record.value);
  if (!compiled(ReplayValue).check(value)) return [];
  const [original] = await readRecords(client, record.org_id, [value.kafka_offset]);
  return original ? beginning(original, value.destination_id, record.offset, now) : [];
}

function beginning(record: LoggedRecord, destinationId: string, round: number, now: number): Begun[] {
  const message = messageOf(record);
  if (message === undefined) return [];
  const attempt: Attempt = {
    org_id: record.org_id,
    destination_id: destinationId,
    kafka_offset: record.offset,
    round,
    attempt: 0,
    delivery_id: deliveryIdOf(record.record_id, destinationId),
    event: message.event,
    alert_id: message.alertId,
    created_at: record.appended_at,
    attempted_at: now,
    duration_ms: 0,
    outcome: 'pending',
    status: 0,
    error: '',
    next_at: now,
  };
  return [{ attempt, message }];
}
