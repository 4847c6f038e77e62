import { join } from 'node:path';
import { encodeCallEvent } from '../../../schemas/call-event.ts';
import { projectRoot } from '../../../schemas/root.ts';
import { floorTo } from '../../../domain/instants.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import { advanceProgress } from '../../../store/progress/aggregator-progress.ts';
import { killConsumers } from '../../consumers/consumer-process.ts';
import { post, startGate, type RunningGate } from '../../gate/gates.ts';
import { FaultyLinks } from '../../chaos/links.ts';
import { run } from '../../conformance/programs.ts';
import { eventOf } from '../../consumers/event.ts';
import { openPipeline, type PipelineUnderTest } from '../../integration/pipeline.ts';
import { serverAddresses } from '../../servers/addresses.ts';
import { tcpProxy, type TcpProxy } from '../../servers/tcp-proxy.ts';
import { until } from '../../until.ts';
import { prometheus, promtool, describeWith } from '../tools/programs.ts';
import { startPrometheus, type RunningPrometheus } from './prometheus.ts';
import { alertRules, boardQueries, metricsIn } from './rules.ts';

const INVALID_RECORDS = 20;
/** Half a minute on a quiet machine. */
const TIMEOUT_MS = 600_000;
const FIRED_WITHIN_MS = 120_000;
const server = await prometheus();
const tool = await promtool();

/** Real processes are brought into each condition, one after the other, and a real Prometheus looks on. */
describeWith(server, 'a Prometheus that scrapes the processes', () => {
  let pipeline: PipelineUnderTest;
  let monitor: RunningPrometheus;
  let clickhouse: FaultyLinks;
  let kafka: TcpProxy;
  let ports: Record<'consumer' | 'aggregator' | 'gate' | 'api', number>;
  let gate: RunningGate;
  /** Of all processes: ClickHouse through a connection that the suite slows down and cuts. */
  let env: Record<string, string>;
  const urlOf = (stage: keyof typeof ports, path: string): string =>
    `http://127.0.0.1:${ports[stage]}${path}`;

  const untilFired = (...alerts: readonly string[]): Promise<void> =>
    untilFiredBy(() => Promise.resolve(), ...alerts);
  /** What makes them fire is done again until they have: a busy machine may scrape too late. */
  const untilFiredBy = (act: () => Promise<void>, ...alerts: readonly string[]): Promise<void> =>
    until(
      `${alerts.join(', ')} fired`,
      async () => {
        await act();
        const fired = await monitor.fired();
        return alerts.every((alert) => fired.includes(alert));
      },
      FIRED_WITHIN_MS,
    );
  async function publish(partition: number, values: readonly Buffer[]): Promise<void> {
    const producer = pipeline.kafka.producer();
    await producer.connect();
    const messages = values.map((value) => ({ partition, key: 'a', value }));
    await producer.send({ topic: pipeline.topics.calls, messages });
    await producer.disconnect();
  }
  const credits = (): Promise<unknown> =>
    pipeline.get('/v1/orgs/one/credits', { role: 'admin', sub: 'test', org: 'one' });
  const inVain = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await credits().catch(() => undefined);
  };

  /** Requests credits: while it has a lease, the gate follows landing. */
  const lease = () => {
    const sums = { settled: 0, returned: 0, closed: false, wanted: 10, needed: 10, least: 10 };
    const leases = [{ id: 'lease-of-the-test', scope: 'org', name: '', ...sums }];
    return post(gate.url, '/v1/leases', { org_id: 'one', product: 'crm', leases });
  };

  beforeAll(async () => {
    if (server.notRun !== undefined) return;
    pipeline = await openPipeline('alerts', { INVALID_RECORDS_LIMIT: String(INVALID_RECORDS) });
    clickhouse = await FaultyLinks.open(serverAddresses().clickhouseUrl);
    kafka = await tcpProxy(serverAddresses().kafkaBrokers);
    env = { CLICKHOUSE_URL: clickhouse.url };
    ports = {
      consumer: await freePort(),
      aggregator: await freePort(),
      gate: await freePort(),
      api: Number(pipeline.env['PORT']),
    };
    const targets = Object.values(ports).map((port) => `127.0.0.1:${port}`);
    monitor = await startPrometheus(server.path, join(pipeline.dataDir, 'prometheus'), targets);
  });
  afterAll(async () => {
    await killConsumers();
    await monitor?.stop();
    await pipeline?.stop();
    await Promise.all([clickhouse?.close(), kafka?.close()]);
  });

  const nothingRuns = (): Promise<void> => untilFired('ApiCreditsNotMonitored', 'ApiCreditsProcessDown');

  async function nothingLandsYet(): Promise<void> {
    const at = new Date().toISOString();
    await pipeline.client.insert({
      table: 'set_aside',
      values: [
        { org_id: 'one', step: 'days', error_code: 'X', error: 'x', days_from: at, since: at, retry_at: at },
      ],
      format: 'JSONEachRow',
    });
    await pipeline.client.insert({
      table: 'reconciliation_differences',
      values: [{ unit: 'test', name: 'feed-differs', place_text: 'one', place: '{}', is_open: 1, since: at }],
      format: 'JSONEachRow',
    });
    await pipeline.start('api', env);
    await pipeline.start('consumer', {
      ...env,
      KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
      HEALTH_PORT: String(ports.consumer),
      SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
      ON_INVALID_WAVE: 'stop',
    });
    gate = await startGate({ env: { ...pipeline.env, ...env } }, { HEALTH_PORT: String(ports.gate) });
    await untilFired(
      'ApiCreditsGateMissing',
      'ApiCreditsLandingLags',
      'ApiCreditsTimeZoneRulesOld',
      'ApiCreditsOrgsSetAside',
      'ApiCreditsReconciliationDiffers',
      'ApiCreditsReconciliationStalled',
      'ApiCreditsProcessNotReady',
    );
  }

  async function noAggregatorRuns(): Promise<void> {
    await advanceProgress(pipeline.client, 'sealed', floorTo(Date.now(), HOUR_MS) - 5 * HOUR_MS);
    await kafka.open();
    await untilFired('ApiCreditsSealingBehind', 'ApiCreditsClosingBehind');
    await pipeline.start('aggregator', { ...env, HEALTH_PORT: String(ports.aggregator) });
    const goodTick = 'api_credits_aggregator_last_good_tick_timestamp_seconds';
    await until('a tick was good', async () => (await monitor.query(goodTick)).length > 0);
  }

  async function aSchemaIsMissing(): Promise<void> {
    await publish(0, [Buffer.from('0000000007', 'hex')]);
    await until('the gate grants', async () => (await lease()).status === 200);
    await untilFiredBy(
      async () => {
        const slow = clickhouse.inject('delay', 3_000);
        await inVain(4);
        await slow;
      },
      'ApiCreditsWaitsForSchema',
      'ApiCreditsGateWaitsForLanding',
      'ApiCreditsPartitionLags',
      'ApiCreditsAnswersSlow',
    );
  }

  async function clickHouseIsAway(): Promise<void> {
    // A rate needs a series that was there before.
    await clickhouse.close();
    await inVain(1);
    const failed = 'api_credits_request_duration_seconds_count{status="503",route="/v1/orgs/:org/credits"}';
    await until('a failed request is counted', async () => (await monitor.query(failed)).length > 0);
    await publish(1, [encodeCallEvent(eventOf({ occurred_at: Date.now() }, 1))]);
    await untilFiredBy(
      async () => {
        await inVain(20);
        await lease();
      },
      'ApiCreditsGateFails',
      'ApiCreditsClickHouseUnavailable',
      'ApiCreditsRequestsFail',
      'ApiCreditsLandingStepFails',
      'ApiCreditsAggregatorStalled',
    );
    await clickhouse.inject('cut', 0);
  }

  async function manyRecordsAreInvalid(): Promise<void> {
    await publish(
      1,
      Array.from({ length: INVALID_RECORDS + 1 }, () => Buffer.from('junk')),
    );
    await untilFired('ApiCreditsInvalidRecords', 'ApiCreditsIntakeStopped');
    // A new API counts dead letters at once, the other every 30 s.
    await pipeline.kill('api');
    await pipeline.start('api', env);
    await untilFired('ApiCreditsNewDeadLetters');
  }

  it(
    'sees every condition that there is an alert for, and says so in words that people understand',
    async () => {
      await nothingRuns();
      await nothingLandsYet();
      await noAggregatorRuns();
      await aSchemaIsMissing();
      await clickHouseIsAway();
      await manyRecordsAreInvalid();
      const fired = await monitor.fired();
      expect(fired.toSorted()).toEqual(
        alertRules()
          .map(({ alert }) => alert)
          .toSorted(),
      );
      const texts = await monitor.annotations();
      expect(texts).not.toHaveLength(0);
      expect(texts.filter((text) => /<error|<no value|\{\{/.test(text))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('has every metric that rules and board name, and can answer the board’s queries', async () => {
    const queries = [...alertRules().map(({ expr }) => expr), ...boardQueries()];
    const names = [...new Set(queries.flatMap(metricsIn))];
    const unknown: string[] = [];
    for (const name of names)
      if ((await monitor.query(`count_over_time(${name}[1h])`)).length === 0) unknown.push(name);
    expect(unknown).toEqual([]);
    for (const query of boardQueries()) await monitor.query(query);
  });

  it('is served metrics with a help text and names as Prometheus has them', async () => {
    if (tool.notRun !== undefined) throw new Error(tool.notRun);
    const complaints: string[] = [];
    for (const stage of ['consumer', 'aggregator', 'gate', 'api'] as const) {
      const input = await (await fetch(urlOf(stage, '/metrics'))).text();
      const { stdout, stderr } = await run([tool.path, 'check', 'metrics'], { cwd: projectRoot(), input });
      complaints.push(...(stdout + stderr).split('\n').filter((line) => line.startsWith('api_credits_')));
    }
    // Hours are what is sealed, and rules are not younger by the second.
    expect(
      complaints.filter(
        (line) => !/^\w+(_hours_sealed_total|_hours_to_seal|_age_days) use base unit/.test(line),
      ),
    ).toEqual([]);
  });
});
