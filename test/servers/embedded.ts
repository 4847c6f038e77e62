import { startClickHouse } from '../../deploy/local/clickhouse.ts';
import { startKafka } from '../../deploy/local/kafka.ts';
import { clickhouseLogin } from '../../deploy/local/clickhouse-users.ts';
import { TEST_USER } from './clickhouse-user.ts';
import type { Servers } from './servers.ts';

/** The servers that `npm start` runs too: Kafka from its jars, ClickHouse from chdb's library. */
export async function startEmbedded(
  dataDir: string,
): Promise<Servers & { readonly clickhousePid: number; readonly kafkaPid: number }> {
  const [clickhouse, kafka] = await Promise.allSettled([
    startClickHouse({ dataDir, users: [TEST_USER] }),
    startKafka({ dataDir }),
  ]);
  if (clickhouse.status === 'rejected' || kafka.status === 'rejected') {
    if (clickhouse.status === 'fulfilled') await clickhouse.value.stop();
    if (kafka.status === 'fulfilled') await kafka.value.stop();
    const reasons = [clickhouse, kafka].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    throw new AggregateError(reasons, reasons.map(String).join('\n'));
  }
  const { user, password } = clickhouseLogin(dataDir, TEST_USER);
  return {
    clickhouseUser: user,
    clickhousePassword: password,
    kafkaBrokers: kafka.value.brokers,
    clickhouseUrl: clickhouse.value.url,
    clickhousePid: clickhouse.value.pid,
    kafkaPid: kafka.value.pid,
    stop: async () => {
      await Promise.all([clickhouse.value.stop(), kafka.value.stop()]);
    },
  };
}
