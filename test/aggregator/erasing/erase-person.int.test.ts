import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { erasePerson, type ErasedOrg } from '../../../aggregator/erasing/erase-person.ts';
import { planErasure } from '../../../aggregator/erasing/person.ts';
import {
  addInvalidations,
  clearInvalidations,
  readInvalidations,
} from '../../../aggregator/sealing/invalidations.ts';
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
import { isName } from '../../../schemas/event-rules.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { pseudonymOf, type Erasure } from '../../../store/erasures/erasure.ts';
import { readErasures } from '../../../store/erasures/log.ts';
import { readUsage, totalOf } from '../../../store/usage/read.ts';
import { callEvent } from '../../api/tables.ts';
import { randomOf } from '../../random.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { columnsWith } from './personal-data.ts';

const NOW = floorTo(Date.now(), 1_000);
const THIS_HOUR = floorTo(NOW, HOUR_MS);
const FROM = floorTo(NOW - 600 * DAY_MS, DAY_MS);
const FROZEN = THIS_HOUR - 500 * DAY_MS;
const PERSON = 'anna.lind@example.com';
const ADDRESS = '203.0.113.77';
const TIMES = { now: NOW, futureMs: 300_000, keepMs: 50 * DAY_MS };
const KEPT = { retentionMs: 400 * DAY_MS, droppedBeforeMs: -Infinity };

let namespace: Namespace;
let client: ClickHouseClient;
let nodes: ClickHouseClient[];
let offset = 0;

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

interface Landed extends CallEvent {
  readonly offset: number;
}

/** As a consumer: the same offset for each delivery. */
async function land(events: readonly Landed[]): Promise<void> {
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

const event = (given: Partial<CallEvent>): Landed => ({
  ...callEvent({ org_id: 'acme', occurred_at: NOW, ...given }),
  offset: (offset += 1),
});
const ofPerson = (given: Partial<CallEvent> = {}): Landed =>
  event({ user_id: PERSON, source_address: ADDRESS, ...given });

/** Calls of the person and of others in hours of the last days, in this hour, and of another organisation. */
function someEvents(): Landed[] {
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
async function insertFrozen(): Promise<void> {
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
}

const seal = () => sealEndedHours(client, NOW, 0);

/** As an aggregator's tick does, but without its charges. */
async function sealAgain(): Promise<void> {
  await resealHours(client, NOW, 0);
  const FREE = await readInvalidations(client, NOW, 0);
  await clearInvalidations(client, FREE);
}

const planned = async (orgId = 'acme'): Promise<Erasure> =>
  planErasure(await readErasures(client), orgId, PERSON, TIMES);

type Wrap = (client: ClickHouseClient) => ClickHouseClient;

const erase = async (orgId = 'acme', using: Wrap = (each) => each): Promise<ErasedOrg[]> =>
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

const usageBy = (groupBy: readonly ('user' | 'hour' | 'endpoint' | 'status')[], orgId = 'acme') =>
  readUsage(client, { orgId, from: FROM, to: NOW + HOUR_MS, groupBy });

/** Everything that is counted, by each dimension, in the rollup and in the events, with the person under another name. */
async function figures(person: string, orgId = 'acme') {
  const rename = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows
      .map((row) => JSON.stringify({ ...row, user: row['user'] === person ? 'the person' : row['user'] }))
      .toSorted();
  const tables = await select(
    client,
    Type.Object({ name: Type.String(), rows: Type.Array(Type.String()) }),
    `SELECT 'rollup' AS name, arraySort(groupArray(toString((product, bucket, if(user_id = {person:String}, '-', user_id),
         endpoint, status, calls, credits, rejected, seen)))) AS rows FROM usage_15m_by FINAL WHERE org_id = {org:String} AND calls > 0
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

const traces = async () => [
  ...(await columnsWith(namespace.settings, PERSON)),
  ...(await columnsWith(namespace.settings, ADDRESS)),
];

it('replaces the id and the addresses everywhere, in sealed, open and frozen hours, and changes no figure', async () => {
  const events = someEvents();
  await land(events);
  await seal();
  await insertFrozen();
  const late = ofPerson({ occurred_at: THIS_HOUR - 30 * HOUR_MS });
  await land([late]);
  const before = await figures(PERSON);
  expect(await traces()).toEqual([
    'call_events.user_id',
    'usage_15m_by.user_id',
    'call_events.source_address',
  ]);

  const [erased] = await erase();
  const pseudonym = erased?.pseudonym ?? '';
  expect(isName(pseudonym)).toBe(true);
  expect(erased).toMatchObject({ orgId: 'acme', hours: expect.any(Number) });
  expect(erased?.events).toBe(
    events.concat(late).filter((e) => e.user_id === PERSON && e.org_id === 'acme').length,
  );

  const after = await figures(pseudonym);
  expect(after.byUser).toEqual(before.byUser);
  expect(after.byUserAndHour).toEqual(before.byUserAndHour);
  expect(await columnsWith(namespace.settings, 'bob')).toEqual([
    'call_events.user_id',
    'usage_15m_by.user_id',
  ]);
  // The other organisation keeps its own caller of this name.
  const left = await usageBy(['user'], 'other');
  expect(left.map(({ user }) => user)).toContain(PERSON);

  expect((await erase('')).map(({ orgId }) => orgId)).toEqual(['other']);
  expect(await traces()).toEqual([]);
  expect(await figures(pseudonym)).toEqual(after);
  // A seal counts what the command has counted.
  await sealAgain();
  expect(await figures(pseudonym)).toEqual({ ...after, tables: expect.anything() });
}, 120_000);

it('makes no conflict of payloads, and keeps those that there are', async () => {
  const hour = THIS_HOUR - 5 * HOUR_MS;
  const [once, twice] = [ofPerson({ occurred_at: hour }), ofPerson({ occurred_at: hour + 1 })];
  const first = { ...twice, user_id: 'bob', offset: twice.offset };
  const second = { ...twice, offset: (offset += 1) };
  await land([once, first]);
  await land([second]);
  await seal();
  const before = await figures(PERSON);
  expect(before.tables.find(({ name }) => name === 'conflicts')?.rows).toHaveLength(1);

  const [erased] = await erase();
  const pseudonym = erased?.pseudonym ?? '';
  const redelivered = { user_id: pseudonym, source_address: pseudonym };
  await land([{ ...once, ...redelivered }, first, { ...second, ...redelivered }]);
  await sealAgain();
  expect(await figures(pseudonym)).toEqual(before);
}, 60_000);

it('keeps the pseudonym when it is run again, and leaves calls after the cut alone', async () => {
  await land([ofPerson({ occurred_at: NOW - DAY_MS })]);
  const [first] = await erase();
  const { cut } = await planned();
  await land([ofPerson({ occurred_at: NOW - HOUR_MS }), ofPerson({ occurred_at: cut })]);
  const [second] = await erase();
  expect(second).toMatchObject({ pseudonym: first?.pseudonym, events: 1 });
  const users = await readUsage(client, {
    orgId: 'acme',
    from: NOW - 2 * DAY_MS,
    to: cut + HOUR_MS,
    groupBy: ['user'],
  });
  expect(users.map(({ user, calls }) => [user, calls])).toEqual([
    [PERSON, 1],
    [first?.pseudonym, 2],
  ]);
  expect(await erase()).toMatchObject([{ events: 0, rollupRows: 0, hours: 0 }]);
}, 60_000);

it('gives the same id another pseudonym in another organisation, and in another deployment', async () => {
  await land([ofPerson(), ofPerson({ org_id: 'other' })]);
  const pseudonyms = (await erase('')).map(({ pseudonym }) => pseudonym);
  expect(new Set(pseudonyms).size).toBe(2);
  expect(pseudonyms).not.toContain((await planErasure([], '', PERSON, TIMES)).secret);
}, 60_000);

/** Clients that together run so many statements and fail all others: the process was killed. */
function killedAfter(statements: number): Wrap {
  let left = statements;
  const counted = new Set(['command', 'insert', 'query']);
  return (each) =>
    new Proxy(each, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function') return value;
        if (counted.has(String(name)) && (left -= 1) < 0) throw new Error('killed');
        return value.bind(target);
      },
    });
}

it('finishes when it was killed at any statement, with the figures it would have had', async () => {
  const events = someEvents();
  await land(events);
  await seal();
  await insertFrozen();
  const before = await figures(PERSON);
  let pseudonym = '';
  for (let statements = 3; ; statements += 7) {
    const outcome = await erase('acme', killedAfter(statements)).catch((error: unknown) => {
      expect(String(error)).toContain('killed');
    });
    const [known] = await readErasures(client);
    pseudonym = known ? pseudonymOf(known, 'acme') : PERSON;
    // Readers see the sums of before at each moment; the person may have two names until the command has finished.
    expect(totalOf(await usageBy(['user']))).toEqual(totalOf(await usageBy(['hour'])));
    if (outcome) break;
    // An aggregator works on, and a consumer delivers some calls again, by what is recorded.
    await land(
      events
        .slice(0, 9)
        .map((each) =>
          known && each.user_id === PERSON && each.org_id === 'acme'
            ? { ...each, user_id: pseudonym, source_address: pseudonym }
            : each,
        ),
    );
    await sealAgain();
    expect(totalOf(await usageBy(['user']))).toEqual(totalOf(await usageBy(['hour'])));
  }
  await sealAgain();
  const after = await figures(pseudonym);
  expect(after.byUserAndHour).toEqual(before.byUserAndHour);
  expect(after.tables.find(({ name }) => name === 'conflicts')?.rows).toEqual([]);
  await erase('');
  expect(await traces()).toEqual([]);
}, 180_000);

it('changes no sum while an aggregator seals and calls are delivered again', async () => {
  const events = someEvents();
  await land(events);
  await seal();
  const expected = totalOf(await usageBy(['user']));
  const erasing = { isRunning: true };
  const running = erase().finally(() => (erasing.isRunning = false));
  const hours = [...new Set(events.map(({ occurred_at }) => floorTo(occurred_at, HOUR_MS)))].filter(
    (hour) => hour < THIS_HOUR,
  );
  let reads = 0;
  while (erasing.isRunning) {
    const hour = hours[reads % hours.length] ?? THIS_HOUR;
    const id = [8, 4, 4, 4, 12]
      .map((size) => randomBytes(6).toString('hex').padEnd(12, '0').slice(0, size))
      .join('-');
    await addInvalidations(client, [{ org_id: 'acme', hour, id }]);
    await sealAgain();
    expect(totalOf(await usageBy(['user']))).toEqual(expected);
    reads += 1;
    await delay(5);
  }
  const [erased] = await running;
  expect(reads).toBeGreaterThan(0);
  expect(totalOf(await usageBy(['user']))).toEqual(expected);
  expect((await usageBy(['user'])).map(({ user }) => user).toSorted()).toEqual(
    ['bob', erased?.pseudonym, 'eve'].toSorted(),
  );
}, 120_000);
