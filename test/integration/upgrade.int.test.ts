import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import { migrate, migrationFiles } from '../../platform/clickhouse/migrate.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { floorTo } from '../../domain/instants.ts';
import { projectRoot } from '../../schemas/root.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import type { RawDelivery } from '../aggregator/closing/raw.ts';
import { publish, publisherOf } from '../aggregator/closing/stories-on-servers.ts';
import { dropDatabase } from '../servers/namespace.ts';
import { until } from '../until.ts';
import { openPipeline, type Claims, type PipelineUnderTest } from './pipeline.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

/** The last migration of the earlier release: before merged ranges, background reconciliation and erasures. */
const EARLIER = '0018';
const ORG = 'acme';
const today = floorTo(Date.now(), DAY_MS);
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const [FROM, TO] = [dateOf(today - 9 * DAY_MS), dateOf(today)];
const ADMIN = { role: 'admin', sub: 'ann', org: ORG } as const satisfies Claims;
const PLATFORM = { role: 'platform', sub: 'owner' } as const satisfies Claims;

const call = (id: number, days: number, credits: number): RawDelivery => ({
  id,
  at: today - days * DAY_MS + 12 * HOUR_MS,
  product: 'crm',
  credits,
});
const FIRST = [call(1, 6, 7_000), call(2, 4, 20_000), call(3, 2, 5_500)];
const LATE = call(4, 4, 1_000);
/** Not of yesterday, which may not be closed yet. */
const AFTERWARDS = [call(5, 6, 500), call(6, 3, 6_000)];

let before: PipelineUnderTest;
let after: PipelineUnderTest | undefined;
let earlier: Record<string, string>;
beforeAll(async () => {
  before = await openPipeline('upgrade');
  earlier = { ...before.env, CLICKHOUSE_DATABASE: `${before.env['CLICKHOUSE_DATABASE']}_earlier` };
}, 60_000);
afterAll(async () => {
  await after?.stop();
  await before.stop();
  await dropDatabase(readConfig(earlier, { ...clickhouseVariables, ...kafkaVariables }));
});

async function publishAll(to: PipelineUnderTest, deliveries: readonly RawDelivery[]): Promise<void> {
  const publisher = publisherOf(to);
  await Promise.all(deliveries.map((delivery) => publish(publisher, ORG, delivery)));
  await publisher.close();
}

const Usage = Type.Object({ rows: Type.Array(Type.Unknown()), total: Type.Unknown() });
const Reconciliation = Type.Object({
  landed: Type.Unknown(),
  quarantined: Type.Unknown(),
  charged: Type.Object({ days: Type.Integer(), revisions: Type.Integer(), used: Type.Integer() }),
  differences: Type.Array(Type.Unknown()),
});

/** Every figure that an API shows of what has landed and is closed. */
async function figuresOf(from: PipelineUnderTest) {
  const { landed, quarantined, charged, differences } = Value.Parse(
    Reconciliation,
    await from.get('/v1/reconciliation', PLATFORM),
  );
  const { days, revisions, used } = charged;
  const range = `from=${FROM}T00:00:00Z&to=${TO}T00:00:00Z`;
  const usage = await from.get(`/v1/orgs/${ORG}/usage?${range}&group_by=day,user`, ADMIN);
  const { rows, total } = Value.Parse(Usage, usage);
  return {
    usage: { rows, total },
    bill: await from.get(`/v1/orgs/${ORG}/billing/days?from=${FROM}&to=${TO}`, ADMIN),
    feed: await from.get('/v1/charges?limit=100', { role: 'billing', sub: 'books' }),
    settings: await from.get(`/v1/orgs/${ORG}/settings/history`, ADMIN),
    deadLetters: await from.get('/v1/dead-letters', PLATFORM),
    reconciliation: { landed, quarantined, days, revisions, used, differences },
  };
}

const Name = Type.Object({ name: Type.String() });
/** Before the tables that views fill from them. */
const SOURCES = ['call_events', 'daily_charges', 'landed_ranges'];

/** Makes a database as the earlier release left it: its tables, with what their columns hold now. */
async function makeEarlier(): Promise<void> {
  const config = readConfig(earlier, clickhouseVariables);
  await migrate(
    config,
    migrationFiles().filter((name) => name < `${EARLIER}_~`),
  );
  const client = connectClickHouse(config, 'upgrade test');
  const tables = await select(
    client,
    Name,
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View' AND name != 'schema_migrations'`,
  );
  const others = tables.map(({ name }) => name).filter((name) => !SOURCES.includes(name));
  for (const table of [...SOURCES, ...others]) {
    const columns = await select(
      client,
      Name,
      `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}
         AND default_kind NOT IN ('MATERIALIZED', 'ALIAS')`,
      { table },
    );
    const names = columns.map(({ name }) => name).join(', ');
    await client.command({ query: `TRUNCATE TABLE ${table}` });
    await client.command({
      query: `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${before.env['CLICKHOUSE_DATABASE']}.${table}`,
    });
  }
  await client.close();
}

/** `npm run migrate` with the new release. @returns what it prints */
function runMigrate(): Promise<string> {
  const env = { ...PROGRAM_ENV, ...earlier };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(projectRoot(), 'cli', 'migrate.ts')], { env }, (error, out) => {
      if (error) reject(error);
      else resolve(out);
    });
  });
}

it('tables of an earlier release are upgraded in place: every figure stays, and the processes go on', async () => {
  for (const stage of ['consumer', 'aggregator', 'api'] as const) await before.start(stage);
  await publishAll(before, FIRST);
  const producer = before.kafka.producer();
  await producer.connect();
  await producer.send({ topic: before.topics.calls, messages: [{ key: ORG, value: 'not an event' }] });
  await producer.disconnect();
  await before.settled();
  await publishAll(before, [LATE]);
  await until('the late call has made a revision', async () =>
    JSON.stringify(await figuresOf(before)).includes('"revision":2'),
  );
  await before.settled();
  const figures = await figuresOf(before);
  expect(figures).toMatchObject({
    usage: { total: { calls: 4, credits: 33_500 } },
    reconciliation: { days: 3, revisions: 4, used: 33_500, differences: [] },
    deadLetters: { dead_letters: [{ reason: 'not-an-event' }] },
  });
  for (const stage of ['aggregator', 'consumer', 'api'] as const) await before.kill(stage);
  await makeEarlier();

  const printed = await runMigrate();
  const applied = migrationFiles().filter((name) => name > `${EARLIER}_~`);
  expect(applied.length).toBeGreaterThan(3);
  expect(printed.split('\n').filter((line) => line.startsWith('applied'))).toEqual(
    applied.map((name) => `applied ${name}`),
  );

  const { CLICKHOUSE_DATABASE = '', TOPIC_PREFIX = '' } = earlier;
  after = await openPipeline('upgraded', { CLICKHOUSE_DATABASE, TOPIC_PREFIX });
  await after.start('api');
  expect(await figuresOf(after)).toEqual(figures);

  await after.start('consumer');
  await after.start('aggregator');
  await after.settled();
  expect(await figuresOf(after)).toEqual(figures);

  await publishAll(after, AFTERWARDS);
  await after.settled();
  await until('the late call has made a revision', async () => {
    const { reconciliation } = await figuresOf(after ?? before);
    return reconciliation.revisions === 6;
  });
  expect(await figuresOf(after)).toMatchObject({
    usage: { total: { calls: 6, credits: 40_000 } },
    reconciliation: { days: 4, used: 40_000, differences: [] },
  });

  const { client } = after;
  await until('the breakdowns that the earlier release lacked are filled', async () => {
    const { sealed, breakdowns } = await readProgress(client);
    return breakdowns === sealed;
  });
  expect(await figuresOf(after)).toMatchObject({
    usage: { total: { calls: 6, credits: 40_000 } },
    reconciliation: { differences: [] },
  });
}, 240_000);
