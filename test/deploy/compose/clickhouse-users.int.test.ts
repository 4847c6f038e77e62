import { readFileSync } from 'node:fs';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { kafkaTransport } from '../../../producers/kafka-transport.ts';
import { createPublisher } from '../../../producers/publisher.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { openPipeline, type PipelineUnderTest } from '../../integration/pipeline.ts';
import { call, countingBytes } from '../../producers/sample-event.ts';
import { killConsumers } from '../../consumers/consumer-process.ts';
import { post, startGate } from '../../gate/gates.ts';
import { until } from '../../until.ts';
import { startComposeClickHouse, type ComposeClickHouse } from './compose-clickhouse.ts';

const ORGS = ['acme', 'zylker', 'net-66', 'umbrella'];
const DATABASE = 'api_credits';
let clickhouse: ComposeClickHouse;
let pipeline: PipelineUnderTest;

const loginAs = (name: string): Record<string, string> => {
  const { user, passwordFile } = clickhouse.loginOf(name);
  return { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: readFileSync(passwordFile, 'utf8').trim() };
};

beforeAll(async () => {
  clickhouse = await startComposeClickHouse();
  // As the owner, it creates the tables.
  pipeline = await openPipeline('compose', {
    ...loginAs('api_owner'),
    CLICKHOUSE_URL: clickhouse.urls,
    CLICKHOUSE_DATABASE: DATABASE,
    CLICKHOUSE_CLUSTER: 'api_credits',
  });
});
afterAll(async () => {
  await killConsumers();
  await pipeline.stop();
  await clickhouse.stop();
});

describe('the ClickHouse users of compose.yaml', () => {
  it('may do what the processes need, on the clusters of its configuration', async () => {
    // Another retention than the table has: the writer may change that.
    await pipeline.start('consumer', { ...loginAs('api_writer'), RETENTION_DAYS: '500' });
    await pipeline.start('aggregator', loginAs('api_writer'));
    await pipeline.start('alerts', loginAs('api_alerts'));
    await pipeline.start('api', loginAs('api_reader'));
    const { env, topics } = pipeline;
    const publisher = createPublisher({
      transport: kafkaTransport({
        kafka: { KAFKA_BROKERS: env['KAFKA_BROKERS'] ?? '' },
        topics,
        clientId: 'compose',
        logger: createLogger('test', 'fatal'),
      }),
      now: Date.now,
      random: countingBytes(),
    });
    // Of a day that is over, so that hours are sealed and days are closed.
    const occurred_at = Date.now() - 2 * DAY_MS;
    await Promise.all(ORGS.map((org_id) => publisher.publish(call({ org_id, occurred_at, credits: 7_000 }))));
    await publisher.publish(call({ org_id: 'hooli', occurred_at: Date.now(), credits: 1_000_000 }));
    await publisher.close();
    await pipeline.settled();

    for (const org of ORGS) {
      const range = `from=${new Date(occurred_at - DAY_MS).toISOString()}&to=${new Date().toISOString()}`;
      const usage = await pipeline.get(`/v1/orgs/${org}/usage?${range}`, { role: 'admin', sub: 'ann', org });
      expect([org, usage]).toEqual([
        org,
        expect.objectContaining({ total: { calls: 1, credits: 7_000, rejected: 0 } }),
      ]);
    }
    await until('the alerts are raised', async () => {
      const listed = await pipeline.get('/v1/orgs/hooli/alerts', { role: 'admin', sub: 'ann', org: 'hooli' });
      return JSON.stringify(listed).includes('alert_id');
    });
    expect(pipeline.logOf('alerts')).not.toContain('tick failed');
  });

  it('let a gate grant credits, by what the calls have used', async () => {
    const { url, process } = await startGate({ env: { ...pipeline.env, ...loginAs('api_gate') } });
    const lease = { id: 'lease-of-the-test', scope: 'org', name: '', settled: 0, returned: 0, closed: false };
    const leases = [{ ...lease, wanted: 10, needed: 10, least: 10 }];
    const request = () => post(url, '/v1/leases', { org_id: 'acme', product: 'crm', leases });
    await until('the gate answers', async () => (await request()).status === 200);
    expect(await request()).toMatchObject({
      body: { leases: [{ id: 'lease-of-the-test', is_over: false }] },
    });
    await process.stop();
  });

  it.each([
    ['api_writer', `DROP TABLE ${DATABASE}_local.call_events`],
    ['api_writer', `ALTER TABLE ${DATABASE}_local.call_events DELETE WHERE 1`],
    ['api_writer', 'CREATE DATABASE another'],
    ['api_alerts', `INSERT INTO ${DATABASE}.alert_log (org_id) VALUES ('x')`],
    ['api_alerts', `INSERT INTO ${DATABASE}_local.call_events (org_id) VALUES ('x')`],
    ['api_alerts', `SELECT secret FROM ${DATABASE}_local.erasures`],
    ['api_reader', `INSERT INTO ${DATABASE}.aggregator_progress (name) VALUES ('x')`],
    ['api_reader', `SELECT secret FROM ${DATABASE}.erasures`],
    ['api_reader', `SELECT secret FROM ${DATABASE}_local.erasures`],
    ['api_reader', "SELECT * FROM remote('127.0.0.1', system.one)"],
    ['api_gate', `INSERT INTO ${DATABASE}.landing_progress (topic) VALUES ('x')`],
    ['api_gate', `SELECT secret FROM ${DATABASE}_local.erasures`],
    ['api_gate', `SELECT count() FROM ${DATABASE}.alert_attempts`],
    ['api_owner', 'CREATE DATABASE another'],
  ])('may do no more: %s, %s', async (user, query) => {
    const { CLICKHOUSE_USER = '', CLICKHOUSE_PASSWORD = '' } = loginAs(user);
    const [CLICKHOUSE_URL = ''] = clickhouse.urls.split(',');
    const client = connectClickHouse(
      { CLICKHOUSE_URL, CLICKHOUSE_DATABASE: DATABASE, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD },
      'test',
    );
    await expect(client.command({ query })).rejects.toThrow(/Not enough privileges|readonly mode/);
    await client.close();
  });
});
