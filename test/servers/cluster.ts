import { startClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import { startKafka } from '../../deploy/local/kafka.ts';
import { TEST_USER } from './clickhouse-user.ts';
import { testClusters } from './cluster-names.ts';
import type { Servers } from './servers.ts';

/** As many as suites open namespaces. */
const CLUSTERS = 200;

/** Kafka and a ClickHouse cluster of two shards: TEST_SERVERS=cluster runs any suite on them. */
export async function startClusterServers(dataDir: string): Promise<Servers> {
  const clickhouse = await startClickHouseCluster({
    dataDir,
    user: TEST_USER,
    clusters: testClusters(CLUSTERS),
  });
  try {
    const kafka = await startKafka({ dataDir });
    return {
      kafkaBrokers: kafka.brokers,
      clickhouseUrl: clickhouse.urls,
      clickhouseUser: clickhouse.login.user,
      clickhousePassword: clickhouse.login.password,
      clickhouseClusters: CLUSTERS,
      stop: async () => {
        await Promise.all([clickhouse.stop(), kafka.stop()]);
      },
    };
  } catch (error) {
    await clickhouse.stop();
    throw error;
  }
}
