import { connect } from 'node:net';
import { once } from 'node:events';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { eventOf } from '../consumers/event.ts';
import { runProgram } from '../platform/lifecycle/run-program.ts';
import { serverAddresses } from '../servers/addresses.ts';
import { tcpProxy } from '../servers/tcp-proxy.ts';
import { until } from '../until.ts';
import { mainOf, openPipeline, type PipelineUnderTest } from './pipeline.ts';

describe('the health ports of consumer and aggregator', () => {
  let pipeline: PipelineUnderTest;
  const ports = { consumer: 0, aggregator: 0 };
  const get = (stage: 'consumer' | 'aggregator', path: string) =>
    fetch(`http://127.0.0.1:${ports[stage]}${path}`);
  const metricsOf = async (stage: 'consumer' | 'aggregator') => (await get(stage, '/metrics')).text();

  beforeAll(async () => {
    // Nothing is killed here: a session that outlives a stall, so that partitions stay assigned.
    pipeline = await openPipeline('health', { SESSION_TIMEOUT_MS: '10000' });
    for (const stage of ['consumer', 'aggregator'] as const) {
      ports[stage] = await freePort();
      await pipeline.start(stage, { HEALTH_PORT: String(ports[stage]) });
    }
  });
  afterAll(() => pipeline.stop());

  it.each(['consumer', 'aggregator'] as const)('the %s becomes ready', async (stage) => {
    await until('it is ready', async () => (await get(stage, '/readyz')).status === 200);
    expect(await (await get(stage, '/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('show what has landed and what lags, by partition', async () => {
    const producer = pipeline.kafka.producer();
    await producer.connect();
    const values = [encodeCallEvent(eventOf({ occurred_at: Date.now() }, 1)), Buffer.from('junk')];
    await producer.send({
      topic: pipeline.topics.calls,
      messages: values.map((value) => ({ key: 'a', value })),
    });
    await producer.disconnect();
    await until('both have landed', async () => {
      const text = await metricsOf('consumer');
      return (
        /^api_credits_consumer_rows_landed_total [1-9]/m.test(text) &&
        /^api_credits_consumer_dead_letters_total\{reason="not-an-event"\} [1-9]/m.test(text)
      );
    });
    const expected = [
      `api_credits_consumer_lag_records{topic="${pipeline.topics.calls}",partition="3"} 0\n`,
      `api_credits_consumer_assigned_partitions{topic="${pipeline.topics.calls}"} 4\n`,
      `api_credits_consumer_paused_partitions{topic="${pipeline.topics.calls}"} 0\n`,
    ];
    // Within a rebalance none is assigned.
    await until('the lag and the partitions are reported', async () => {
      const text = await metricsOf('consumer');
      return expected.every((line) => text.includes(line));
    });
    expect(await metricsOf('consumer')).toMatch(/^process_resident_memory_bytes \d/m);
  });

  it('show the ticks and how far they have got', async () => {
    await until('an hour is sealed', async () =>
      /^api_credits_aggregator_sealed_until_timestamp_seconds \d{10}$/m.test(await metricsOf('aggregator')),
    );
    const text = await metricsOf('aggregator');
    expect(text).toMatch(/^api_credits_aggregator_ticks_total\{outcome="succeeded"\} [1-9]/m);
    expect(text).toMatch(/^api_credits_aggregator_last_tick_failed 0$/m);
  });

  it.each(['consumer', 'aggregator'] as const)(
    'the %s waits for servers that start later: it lives, and then is ready; an open connection does not hold up its stop',
    async (stage) => {
      const port = await freePort();
      const { kafkaBrokers, clickhouseUrl } = serverAddresses();
      const [kafka, clickhouse] = [await tcpProxy(kafkaBrokers), await tcpProxy(new URL(clickhouseUrl).host)];
      const env = {
        ...pipeline.env,
        HEALTH_PORT: String(port),
        KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
        CLICKHOUSE_URL: `http://127.0.0.1:${clickhouse.port}`,
      };
      const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
      const seen = (async () => {
        await until('it lives', async () => (await status('/healthz')) === 200);
        expect(await status('/readyz')).toBe(503);
        await Promise.all([kafka.open(), clickhouse.open()]);
        await until('it is ready', async () => (await status('/readyz')) === 200);
        const open = connect(port, '127.0.0.1').on('error', () => {});
        await once(open, 'connect');
      })();
      const { code } = await runProgram(mainOf(stage), env, seen);
      await seen;
      expect(code).toBe(0);
      await Promise.all([kafka.close(), clickhouse.close()]);
    },
  );
});
