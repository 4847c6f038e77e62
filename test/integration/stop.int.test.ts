import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { startKafka, type LocalKafka } from '../../deploy/local/kafka.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { topicNames } from '../../schemas/topics.ts';
import { FaultyLinks } from '../chaos/links.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from '../consumers/consumer-process.ts';
import { eventOf } from '../consumers/event.ts';
import { call } from '../producers/sample-event.ts';
import { runDataDir, serverAddresses } from '../servers/addresses.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';
import { until } from '../until.ts';

const BUDGET_MS = 3_000;
/** Of a process whose stop must succeed: a loaded machine may stall for seconds. */
const LONG_BUDGET_MS = 20_000;
/** What a loaded machine may take beyond the budget. A stop that waits for a server would take longer. */
const MARGIN_MS = 20_000;
/** Up to four of them at once. */
const STARTED_WITHIN_MS = 120_000;
const SILENT_MS = 5_000;
const EVENTS = 20;
const TIMEOUT_MS = 240_000;
const SECRET = 'a secret that only this test run knows';
const PROGRAMS = {
  consumer: 'consumers/main.ts',
  aggregator: 'aggregator/main.ts',
  api: 'api/main.ts',
  publisher: 'test/integration/publishing-program.ts',
};
type Name = keyof typeof PROGRAMS;
const NAMES = ['consumer', 'aggregator', 'api', 'publisher'] as const;
const STARTED: Record<Name, string> = {
  consumer: '"landing"',
  aggregator: 'aggregator started',
  api: 'Server listening',
  publisher: 'published',
};

/** Only the consumer is to give up. */
const ofOneThatGivesUp = (name: Name) => (name === 'consumer' ? BUDGET_MS : LONG_BUDGET_MS);

let kafka: LocalKafka;
let clickhouse: FaultyLinks;
let namespace: Namespace;
let client: ClickHouseClient;
let port: number;

beforeAll(async () => {
  kafka = await startKafka({ dataDir: mkdtempSync(join(runDataDir(), 'stop-')) });
  clickhouse = await FaultyLinks.open(serverAddresses().clickhouseUrl);
  namespace = openNamespace('stop', { ...serverAddresses(), kafkaBrokers: kafka.brokers });
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'stop test');
  await ensureTopics(connect(), topics(), 2);
}, TIMEOUT_MS);
afterAll(async () => {
  await killConsumers();
  await client.close();
  await namespace.drop();
  await clickhouse.close();
  await kafka.stop();
});

const topics = () => topicNames(namespace.settings.TOPIC_PREFIX);
const connect = () => connectKafka(namespace.settings, 'stop', createLogger('test', 'fatal'));

interface Started extends ConsumerProcess {
  readonly budgetMs: number;
}

/** The processes, each at its work. @param budgetOf STOP_TIMEOUT_MS of each */
async function started(
  names: readonly Name[],
  budgetOf: (name: Name) => number = () => BUDGET_MS,
): Promise<Map<Name, Started>> {
  port = await freePort();
  const env = {
    ...namespace.settings,
    CLICKHOUSE_URL: clickhouse.url,
    SESSION_TIMEOUT_MS: '2000',
    ON_LOW_REPLICATION: 'ignore',
    UNKNOWN_ORGS: 'local',
    JWT_SECRET: SECRET,
    PORT: String(port),
  };
  const start = (name: Name): Started => {
    const budgetMs = budgetOf(name);
    return { ...startConsumer({ ...env, STOP_TIMEOUT_MS: String(budgetMs) }, PROGRAMS[name]), budgetMs };
  };
  const processes = new Map(names.map((name) => [name, start(name)]));
  for (const [name, process] of processes)
    await until(`the ${name} has started`, () => process.log().includes(STARTED[name]), STARTED_WITHIN_MS);
  return processes;
}

/** SIGTERM to all at once. @returns exit codes and logs, once each has ended within the budget */
async function stopped(
  processes: ReadonlyMap<Name, Started>,
): Promise<Partial<Record<Name, { readonly code: number | null; readonly log: string }>>> {
  const ends = [...processes].map(async ([name, process]) => {
    const { code, stopMs } = await process.stop();
    expect([name, stopMs < process.budgetMs + MARGIN_MS]).toEqual([name, true]);
    return [name, { code, log: process.log() }] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

/** A request that the API has not answered yet; what becomes of it does not matter. */
async function request(path: string, claims: Claims, body?: string): Promise<void> {
  const token = await signToken(Buffer.from(SECRET), claims, Date.now() + HOUR_MS);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  void fetch(`http://127.0.0.1:${port}${path}`, {
    headers,
    ...(body !== undefined && { method: 'POST', body }),
  }).catch(() => undefined);
}

async function publish(values: readonly Buffer[]): Promise<void> {
  const producer = connect().producer();
  await producer.connect();
  await producer.send({ topic: topics().calls, messages: values.map((value) => ({ key: 'kept', value })) });
  await producer.disconnect();
}
const events = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) =>
    encodeCallEvent(eventOf({ org_id: 'kept', occurred_at: Date.now() }, index)),
  );

const Count = Type.Object({ events: Type.Integer() });
const count = async (sql: string): Promise<number> => (await select(client, Count, sql))[0]?.events ?? 0;
const landed = (): Promise<number> =>
  count("SELECT count() AS events FROM call_events FINAL WHERE org_id = 'kept'");
const quarantined = (): Promise<number> => count('SELECT count() AS events FROM quarantined FINAL');

/** The first bytes of every event, before the fingerprint of its schema. */
const SINGLE_OBJECT = Buffer.from('c301', 'hex');
const GAVE_UP = 'the stop took too long (STOP_TIMEOUT_MS)';
/** Every process says how its stop ended. */
const HAS_SAID = /"stopped"|the stop took too long \(STOP_TIMEOUT_MS\)|UndeliveredError/;

describe('every process stops within its budget', () => {
  it(
    'while Kafka does not answer, with requests under way',
    async () => {
      const processes = await started(NAMES);
      await publish([Buffer.concat([SINGLE_OBJECT, randomBytes(20)])]);
      await until('a record of an unknown schema is a dead letter', async () => (await quarantined()) === 1);
      kafka.kill('SIGSTOP');
      try {
        // It opens the topic of schemas.
        await request('/v1/dead-letters/check', { role: 'platform', sub: 'test' });
        await request('/v1/events', { role: 'publisher', sub: 'test' }, JSON.stringify(call()));
        const ends = await stopped(processes);
        // What it had published before Kafka went away is not known to be there: it says how many.
        expect(ends.publisher).toMatchObject({ code: 1, log: expect.stringContaining('UndeliveredError') });
        for (const { log } of Object.values(ends)) expect(log).toMatch(HAS_SAID);
      } finally {
        kafka.kill('SIGCONT');
      }
    },
    TIMEOUT_MS,
  );

  it(
    'while ClickHouse is away, and the next consumer lands what was left',
    async () => {
      const processes = await started(NAMES, ofOneThatGivesUp);
      await clickhouse.close();
      await publish(events(EVENTS));
      const consumer = processes.get('consumer');
      await until('an insert has failed', () =>
        /(landing events|reading the erasures) failed/.test(consumer?.log() ?? ''),
      );
      const ends = await stopped(processes);
      expect(ends.consumer).toMatchObject({ code: 1, log: expect.stringContaining(GAVE_UP) });
      expect(ends.consumer?.log).toContain(
        'rows that have not landed were not committed and are fetched again',
      );
      for (const name of ['aggregator', 'api', 'publisher'] as const)
        expect([name, ends[name]?.code]).toEqual([name, 0]);
      expect(await landed()).toBe(0);

      await clickhouse.inject('cut', 0);
      const next = await started(['consumer'], () => LONG_BUDGET_MS);
      await until('all have landed', async () => (await landed()) === EVENTS);
      expect((await stopped(next)).consumer?.code).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'while ClickHouse takes requests and does not answer',
    async () => {
      // The aggregator: processes.int.test.ts.
      const processes = await started(['api']);
      const silence = clickhouse.inject('silence', SILENT_MS);
      await request('/v1/orgs/kept/credits', { role: 'admin', sub: 'test', org: 'kept' });
      expect((await stopped(processes)).api?.log).toMatch(HAS_SAID);
      await silence;
    },
    TIMEOUT_MS,
  );
});
