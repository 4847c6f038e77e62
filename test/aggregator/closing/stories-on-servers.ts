import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigResourceTypes } from '../../../platform/kafka/kafkajs.ts';
import { Type } from 'typebox';
import { recordChange } from '../../../store/settings/record.ts';
import { SettingsRejectedError } from '../../../domain/settings/rejected-change.ts';
import type { SettingsLog } from '../../../store/settings/store.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { kafkaTransport } from '../../../producers/kafka-transport.ts';
import { createPublisher } from '../../../producers/publisher.ts';
import type { Publisher } from '../../../producers/publisher-contract.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { encodeSettingsChange, type LoggedChange } from '../../../schemas/settings-change.ts';
import type { PipelineUnderTest } from '../../integration/pipeline.ts';
import { until } from '../../until.ts';
import { floorTo } from '../../../domain/instants.ts';
import type { RawDelivery } from './raw.ts';
import type { Scene } from './stories.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

/** No story begins longer ago. */
export const OLDEST_MS = 300 * DAY_MS;

/**
 * The topic `settings`, with the append times of the stories instead of the broker's clock. Everything else runs as in
 * production: each change is checked, appended, landed by the consumer and read back.
 */
export async function openPastSettings(pipeline: PipelineUnderTest, store: SettingsLog) {
  const { kafka, topics, client } = pipeline;
  // The consumer requires LogAppendTime when it starts. Later it lands the times that the records carry.
  await pipeline.start('consumer');
  await until('the consumer lands', () => pipeline.logOf('consumer').includes('"landing"'));
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [
    { name: 'message.timestamp.type', value: 'CreateTime' },
    { name: 'retention.ms', value: '-1' },
  ];
  const resource = { type: ConfigResourceTypes.TOPIC, name: topics.settings, configEntries };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();

  // The broker answers with its append time, or -1 where it kept the record's own time.
  async function send(key: string, value: Buffer, at: number) {
    const messages = [{ key, value, timestamp: String(at) }];
    const [answer] = await producer.send({ topic: topics.settings, acks: -1, messages });
    return { offset: Number(answer?.baseOffset), isOwnTime: answer?.logAppendTime === '-1' };
  }
  const probe = {
    change_id: 'probe',
    org_id: 'probe',
    kind: 'probe',
    product: '',
    value: '',
    effective_at: 0,
  };
  const probing = encodeSettingsChange({ ...probe, recorded_by: 'probe', reason: '' });
  await until('records keep their own time', async () => (await send('probe', probing, 1)).isOwnTime);

  let landed = -1;
  let reading: Promise<void> | undefined;
  async function readLanded(): Promise<void> {
    await sleep(30);
    const query = `SELECT toInt64(max(last_offset)) AS count FROM landed_ranges WHERE topic = {topic:String} HAVING count() > 0`;
    const [row] = await select(client, Count, query, { topic: topics.settings });
    landed = row?.count ?? -1;
    reading = undefined;
  }

  return {
    /** @returns whether the change was accepted */
    async record({ appended_at, ...change }: LoggedChange): Promise<boolean> {
      const append = async (records: readonly { key: string; value: Buffer }[]): Promise<void> => {
        for (const { key, value } of records) {
          const { offset } = await send(key, value, appended_at);
          while (landed < offset) await (reading ??= readLanded());
        }
      };
      const log = { append, close: () => Promise.resolve() };
      try {
        const writer = { store, log, now: () => appended_at, changesPerHour: 1_000 };
        await recordChange(writer, change, { asSuperAdmin: true });
        return true;
      } catch (error) {
        if (error instanceof SettingsRejectedError) return false;
        throw error;
      }
    },
    close: () => producer.disconnect(),
  };
}

const Count = Type.Object({ count: Type.Integer() });

/** The publishing SDK, connected as in an API server. */
export function publisherOf({ env, topics }: PipelineUnderTest): Publisher {
  const logger = createLogger('test', 'fatal');
  return createPublisher({
    transport: kafkaTransport({
      kafka: { KAFKA_BROKERS: env['KAFKA_BROKERS'] ?? '' },
      topics,
      clientId: 'stories',
      logger,
    }),
    now: Date.now,
    random: (bytes) => new Uint8Array(bytes),
    latenessLimitMs: OLDEST_MS,
  });
}

/** Publishes a delivery as a call of an organisation; the same id gives the same event id. */
export async function publish(
  publisher: Publisher,
  orgId: string,
  { id, at, product, credits }: RawDelivery,
): Promise<void> {
  await publisher.publish({
    event_id: mintEventId(at, Buffer.alloc(10, id)),
    occurred_at: at,
    org_id: orgId,
    product,
    user_id: 'ann',
    app_id: '-',
    method: 'GET',
    endpoint: '/leads',
    status: 200,
    credits,
  });
}

/** Waits until a number of records of the call topic have landed, none of them as a dead letter. */
export async function untilLanded({ client, topics }: PipelineUnderTest, expected: number): Promise<void> {
  await until(`${expected} records have landed`, async () => {
    const query = `SELECT toInt64(sum(rows)) AS count FROM landed_ranges WHERE topic = {topic:String}`;
    const [row] = await select(client, Count, query, { topic: topics.calls });
    return (row?.count ?? 0) >= expected;
  });
}

/** Windows around the last changes of clocks in some zones, and some windows without one. */
export function recentScenes(now: number): Scene[] {
  const today = floorTo(now, DAY_MS);
  const shifted = ['Europe/Rome', 'America/New_York', 'Australia/Lord_Howe'].map((zone) => ({
    zone,
    elsewhere: 'Asia/Tokyo',
    from: lastShift(zone, today - 8 * DAY_MS) - 5 * DAY_MS,
  }));
  const steady = ['Asia/Kathmandu', 'Pacific/Kiritimati'].map((zone) => ({
    zone,
    elsewhere: 'America/New_York',
    from: today - 14 * DAY_MS,
  }));
  return [...shifted, ...steady];
}

/** The last UTC midnight, before an instant, at which a zone's offset differs from that of a day earlier. */
function lastShift(zone: string, before: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset = (at: number): string =>
    format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  for (let at = before; at > before - OLDEST_MS + 30 * DAY_MS; at -= DAY_MS) {
    if (offset(at) !== offset(at - DAY_MS)) return at;
  }
  return before;
}
