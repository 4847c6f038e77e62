import { freePort } from '../../deploy/local/ports.ts';
import { killConsumers, startConsumer } from '../consumers/consumer-process.ts';
import { openNamespace } from '../servers/namespace.ts';
import { until } from '../until.ts';

afterAll(killConsumers);

it('an aggregator stops at once while its ClickHouse cluster has not answered yet', async () => {
  const { KAFKA_BROKERS, TOPIC_PREFIX } = openNamespace('stop').settings;
  const aggregator = startConsumer(
    {
      KAFKA_BROKERS,
      TOPIC_PREFIX,
      CLICKHOUSE_URL: `http://127.0.0.1:${await freePort()},http://127.0.0.1:${await freePort()}`,
      CLICKHOUSE_DATABASE: 'nowhere',
      CLICKHOUSE_USER: 'unknown_user',
      CLICKHOUSE_PASSWORD: 'none',
      CLICKHOUSE_CLUSTER: 'nowhere',
      STOP_TIMEOUT_MS: '30000',
      TICK: '* * * * * *',
      ON_LOW_REPLICATION: 'ignore',
    },
    'aggregator/main.ts',
  );
  // After 3 s of tries a tick has come.
  await until('it waits', () => aggregator.log().split('ClickHouse does not answer yet').length > 5);
  expect(await aggregator.stop()).toMatchObject({ code: 0 });
}, 60_000);
