import { randomBytes } from 'node:crypto';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { mintEventId } from '../../schemas/event-id.ts';

/** An event that a suite writes into call_events in place of a consumer. */
export interface LandedEvent {
  readonly id: string;
  readonly at: number;
  readonly org: string;
  readonly product: string;
  readonly user: string;
  readonly endpoint: string;
  readonly status: number;
  readonly credits: number;
  readonly offset: number;
}

let offset = 0;

export function landedEvent(at: number, fields: Partial<LandedEvent> = {}): LandedEvent {
  offset += 1;
  return {
    id: mintEventId(at, randomBytes(10)),
    at,
    org: 'acme',
    product: 'crm',
    user: 'ada',
    endpoint: '/leads',
    status: 200,
    credits: 1,
    offset,
    ...fields,
  };
}

export async function land(client: ClickHouseClient, events: readonly LandedEvent[]): Promise<void> {
  await client.insert({
    table: 'call_events',
    values: events.map(({ id, at, org, product, user, endpoint, status, credits, offset: kafkaOffset }) => ({
      event_id: id,
      occurred_at: new Date(at).toISOString(),
      org_id: org,
      product,
      user_id: user,
      app_id: '-',
      method: 'GET',
      endpoint,
      status,
      credits,
      kafka_partition: 0,
      kafka_offset: kafkaOffset,
      appended_at: new Date(at).toISOString(),
    })),
    format: 'JSONEachRow',
  });
}
