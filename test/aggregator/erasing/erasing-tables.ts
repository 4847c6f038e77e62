import { Type } from 'typebox';
import { erasePerson, type ErasedOrg } from '../../../aggregator/erasing/erase-person.ts';
import { planErasure } from '../../../aggregator/erasing/person.ts';
import { clearInvalidations, readInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { resealHours } from '../../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { floorTo } from '../../../domain/instants.ts';
import {
  connectClickHouse,
  connectNodes,
  select,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import type { Erasure } from '../../../store/erasures/erasure.ts';
import { readErasures } from '../../../store/erasures/log.ts';
import { readUsage } from '../../../store/usage/read.ts';
import { callEvent } from '../../api/tables.ts';
import { randomOf } from '../../random.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import type { Wrap } from '../killed-after.ts';
import { forgetNarrow as forgetNarrowIn } from '../sealing/earlier-release.ts';
import { columnsWith } from './personal-data.ts';

export const NOW = floorTo(Date.now(), 1_000);
export const THIS_HOUR = floorTo(NOW, HOUR_MS);
export const FROM = floorTo(NOW - 600 * DAY_MS, DAY_MS);
export const FROZEN = THIS_HOUR - 500 * DAY_MS;
export const PERSON = 'anna.lind@example.com';
export const ADDRESS = '203.0.113.77';
export const TIMES = { now: NOW, futureMs: 300_000, keepMs: 50 * DAY_MS };
export const KEPT = { retentionMs: 400 * DAY_MS, droppedBeforeMs: -Infinity };

let namespace: Namespace;
let client: ClickHouseClient;
let nodes: ClickHouseClient[];
let offset = 0;
/** The next offset of the log. */
export const nextOffset = (): number => (offset += 1);

/** Gives each test of a suite a migrated database. Registers the hooks. */
export function useErasingTables(): { readonly client: ClickHouseClient } {
  beforeEach(async () => {
    namespace = openNamespace('erasing');
    await migrate(namespace.settings);
    client = connectClickHouse(namespace.settings, 'erasing test');
    nodes = connectNodes(namespace.settings, 'erasing test');
  });
  afterEach(async () => {
    await Promise.all([client, ...nodes].map((each) => each.close()));
    await namespace.drop();
  });
  return {
    get client() {
      return client;
    },
  };
}

export interface Landed extends CallEvent {
  readonly offset: number;
}

/** As a consumer: the same offset for each delivery. */
export async function land(events: readonly Landed[]): Promise<void> {
  await client.insert({
    table: 'call_events',
    values: events.map(({ occurred_at, offset: kafka_offset, ...event }) => ({
      ...event,
      occurred_at: new Date(occurred_at).toISOString(),
      appended_at: new Date(occurred_at).toISOString(),
      kafka_partition: 0,
      kafka_offset,
    })),
    format: 'JSONEachRow',
    clickhouse_settings: { max_partitions_per_insert_block: '0' },
  });
}

export const event = (given: Partial<CallEvent>): Landed => ({
  ...callEvent({ org_id: 'acme', occurred_at: NOW, ...given }),
  offset: nextOffset(),
});
export const ofPerson = (given: Partial<CallEvent> = {}): Landed =>
  event({ user_id: PERSON, source_address: ADDRESS, ...given });

/** Calls of the person and of others in hours of the last days, in this hour, and of another organisation. */
export function someEvents(): Landed[] {
  const random = randomOf(7);
  const users = [PERSON, PERSON, 'bob', 'eve'];
  return Array.from({ length: 60 }, (_, index) => {
    const user_id = users[index % users.length] ?? '';
    return event({
      user_id,
      source_address: user_id === PERSON ? ADDRESS : '198.51.100.1',
      org_id: index % 10 === 9 ? 'other' : 'acme',
      occurred_at: index < 6 ? NOW - index * 1_000 : THIS_HOUR - Math.floor(random() * 72) * HOUR_MS - 5,
      endpoint: `/leads/${index % 3}`,
      status: index % 11 === 0 ? 429 : 200,
      credits: index % 11 === 0 ? 0 : 1 + (index % 5),
    });
  });
}

/** Rollup rows whose events retention has dropped, as seals of that time wrote them. */
export async function insertFrozen(): Promise<void> {
  const row = {
    org_id: 'acme',
    product: 'crm',
    bucket: FROZEN / 1_000,
    credits: 7,
    rejected: 0,
    seen: '1000',
  };
  await client.insert({
    table: 'usage_15m',
    values: [{ ...row, calls: 5, credits: 14 }],
    format: 'JSONEachRow',
  });
  const dimensions = { app_id: 'app', method: 'GET', module: '', status: 200, rule: '', rejection_cause: '' };
  await client.insert({
    table: 'usage_15m_by',
    values: [
      { ...row, ...dimensions, user_id: PERSON, endpoint: '/a', calls: 2 },
      { ...row, ...dimensions, user_id: 'bob', endpoint: '/a', calls: 3 },
      // Hidden: an earlier payload had taken it from the person.
      { ...row, ...dimensions, user_id: PERSON, endpoint: '/b', calls: 0, credits: 0 },
    ],
    format: 'JSONEachRow',
  });
  await client.insert({
    table: 'usage_15m_by_user',
    values: [
      { ...row, user_id: PERSON, calls: 2 },
      { ...row, user_id: 'bob', calls: 3 },
    ],
    format: 'JSONEachRow',
  });
  await client.insert({
    table: 'usage_15m_by_route',
    values: [{ ...row, ...dimensions, route: '/a', calls: 5, credits: 14 }],
    format: 'JSONEachRow',
  });
}

export const forgetNarrow = (): Promise<void> => forgetNarrowIn(client, namespace);

export const seal = () => sealEndedHours(client, NOW, 0);

/** As an aggregator's tick does, but without its charges. */
export async function sealAgain(): Promise<void> {
  await resealHours(client, NOW, 0);
  await clearInvalidations(client, await readInvalidations(client, NOW, 0));
}

export const planned = async (orgId = 'acme'): Promise<Erasure> =>
  planErasure(await readErasures(client), orgId, PERSON, TIMES);

export const erase = async (orgId = 'acme', using: Wrap = (each) => each): Promise<ErasedOrg[]> =>
  erasePerson(
    {
      client: using(client),
      nodes: nodes.map(using),
      kept: KEPT,
      progress: () => {},
      now: () => NOW,
      knownAfterMs: 0,
    },
    await planned(orgId),
  );

export const usageBy = (groupBy: readonly ('user' | 'hour' | 'endpoint' | 'status')[], orgId = 'acme') =>
  readUsage(client, { orgId, from: FROM, to: NOW + HOUR_MS, groupBy });

/** Everything that is counted, by each dimension, in the rollup and in the events, with the person under another name. */
export async function figures(person: string, orgId = 'acme') {
  const rename = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows
      .map((row) => JSON.stringify({ ...row, user: row['user'] === person ? 'the person' : row['user'] }))
      .toSorted();
  const tables = await select(
    client,
    Type.Object({ name: Type.String(), rows: Type.Array(Type.String()) }),
    `SELECT 'rollup' AS name, arraySort(groupArray(toString((product, bucket, if(user_id = {person:String}, '-', user_id),
         endpoint, status, calls, credits, rejected, seen)))) AS rows FROM usage_15m_by FINAL WHERE org_id = {org:String} AND calls > 0
     UNION ALL SELECT 'by user' AS name, arraySort(groupArray(toString((product, bucket, if(user_id = {person:String}, '-', user_id),
         calls, credits, rejected, seen)))) AS rows FROM usage_15m_by_user FINAL WHERE org_id = {org:String} AND calls > 0
     UNION ALL SELECT 'totals' AS name, arraySort(groupArray(toString((product, bucket, calls, credits, rejected, seen))))
       FROM usage_15m FINAL WHERE org_id = {org:String}
     UNION ALL SELECT 'events' AS name, arraySort(groupArray(toString((event_id, if(user_id = {person:String}, '-', user_id), endpoint,
         status, credits, version)))) FROM call_events FINAL WHERE org_id = {org:String}
     UNION ALL SELECT 'conflicts' AS name, arraySort(groupArray(toString((hour, event, payloads)))) FROM payload_conflicts FINAL
       WHERE org_id = {org:String}
     UNION ALL SELECT 'traces' AS name, arraySort(groupArray(toString((event, payloads)))) FROM (
       SELECT event, uniqExact(payload) AS payloads FROM event_payloads WHERE org_id = {org:String} GROUP BY event)
`,
    { person, org: orgId },
  );
  return {
    tables: tables.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    byUser: rename(await usageBy(['user'], orgId)),
    byUserAndHour: rename(await usageBy(['user', 'hour', 'endpoint', 'status'], orgId)),
  };
}

export const traces = async () => [
  ...(await columnsWith(namespace.settings, PERSON)),
  ...(await columnsWith(namespace.settings, ADDRESS)),
];

/** The columns of a text. */
export const columnsOf = (text: string): Promise<string[]> => columnsWith(namespace.settings, text);
