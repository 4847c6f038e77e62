import { startClickHouse } from '../../deploy/local/clickhouse.ts';
import { startKafka } from '../../deploy/local/kafka.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';

/** Servers of the benchmarks' own: only of these the CPU can be told. */
export interface BenchServers {
  readonly clickhousePid: number;
  /** Topics and a database for one benchmark. */
  open(name: string): Namespace;
  stop(): Promise<void>;
}

export async function startBenchServers(dataDir: string): Promise<BenchServers> {
  const clickhouse = await startClickHouse({ dataDir });
  const kafka = await startKafka({ dataDir });
  return {
    clickhousePid: clickhouse.pid,
    open: (name) =>
      openNamespace(`bench_${name}`, { kafkaBrokers: kafka.brokers, clickhouseUrl: clickhouse.url }),
    stop: async () => {
      await Promise.all([clickhouse.stop(), kafka.stop()]);
    },
  };
}
