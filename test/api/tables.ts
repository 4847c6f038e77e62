import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { CallEvent } from '../../schemas/call-event.ts';
import type { DailyCharge } from '../../schemas/daily-charge.ts';
import { mintEventId } from '../../schemas/event-id.ts';

/** Inserts the rows that the consumer writes directly into the tables. */

const iso = (instant: number): string => new Date(instant).toISOString();
let nextOffset = 0;

export async function insertEvents(client: ClickHouseClient, events: readonly CallEvent[]): Promise<void> {
  await client.insert({
    table: 'call_events',
    values: events.map(({ occurred_at, ...event }) => ({
      ...event,
      occurred_at: iso(occurred_at),
      kafka_partition: 0,
      kafka_offset: (nextOffset += 1),
      appended_at: iso(occurred_at),
    })),
    format: 'JSONEachRow',
    clickhouse_settings: { max_partitions_per_insert_block: '0' },
  });
}

export interface LoggedCharge extends Omit<DailyCharge, 'append_before'> {
  /** Used before a record lands; the table has no such column. */
  readonly append_before?: number;
  /** Its offset in the log; the next one by default. */
  readonly kafka_offset?: number;
}

export async function insertCharges(
  client: ClickHouseClient,
  charges: readonly LoggedCharge[],
): Promise<void> {
  await client.insert({
    table: 'daily_charges',
    values: charges.map((charge) => {
      const { append_before: _, ...row } = charge;
      return {
        ...row,
        day_from: iso(charge.day_from),
        day_to: iso(charge.day_to),
        closed_at: iso(charge.closed_at),
        kafka_offset: charge.kafka_offset ?? (nextOffset += 1),
      };
    }),
    format: 'JSONEachRow',
  });
}

/** A settings change: fields of the topic settings, in effect from 1970 or from an instant. */
export interface SettingsRow {
  readonly org: string;
  readonly product?: string;
  readonly value: Readonly<Record<string, string | number>>;
  readonly from?: number;
}

export async function insertSettings(client: ClickHouseClient, rows: readonly SettingsRow[]): Promise<void> {
  await client.insert({
    table: 'settings_log',
    values: rows.map(({ org, product = '', value, from = 0 }) => ({
      kafka_offset: (nextOffset += 1),
      appended_at: iso(from),
      change_id: randomUUID(),
      org_id: org,
      kind:
        product !== '' ? 'subscription' : 'time_zone' in value && 'billing_day' in value ? 'new-org' : 'org',
      product,
      value: JSON.stringify(value),
      effective_at: iso(from),
      recorded_by: 'test',
      reason: 'test',
    })),
    format: 'JSONEachRow',
  });
}

/** The progress report of the one partition: caught up at `observedAt`, or landed only up to `until`. */
export async function insertLanded(
  client: ClickHouseClient,
  topic: string,
  landed: {
    readonly until: number;
    readonly observedAt: number;
    readonly isCaughtUp: boolean;
    readonly nextOffset?: number;
  },
): Promise<void> {
  const { nextOffset: next = 10 } = landed;
  await client.insert({
    table: 'landing_progress',
    values: [
      {
        topic,
        partition: 0,
        next_offset: next,
        end_offset: landed.isCaughtUp ? next : next + 1,
        landed_until: iso(landed.until),
        observed_at: iso(landed.observedAt),
      },
    ],
    format: 'JSONEachRow',
  });
}

/** The landed range of the one partition: everything up to this offset can be read. */
export async function insertLandedRange(
  client: ClickHouseClient,
  topic: string,
  last: number,
): Promise<void> {
  await client.insert({
    table: 'landed_ranges',
    values: [{ topic, partition: 0, first_offset: 0, last_offset: last, rows: last + 1, quarantined: 0 }],
    format: 'JSONEachRow',
  });
}

let minted = 0;

/** A call event. Ids are unique, and the same in every run. */
export function callEvent(given: Partial<CallEvent> & Pick<CallEvent, 'org_id' | 'occurred_at'>): CallEvent {
  const random = Buffer.alloc(10);
  random.writeUInt32BE((minted += 1), 4);
  return {
    event_id: mintEventId(given.occurred_at, random),
    product: 'crm',
    user_id: 'ann',
    app_id: 'app',
    method: 'GET',
    endpoint: '/leads',
    module: '',
    status: 200,
    credits: 1,
    rule: 'default',
    units: 0,
    rejection_cause: '',
    source_address: '',
    duration_ms: null,
    ...given,
  };
}
