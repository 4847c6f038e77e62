import type { LocalConfig } from './config.ts';
import type { Fleet } from './fleet.ts';
import { untilClickHouseAnswers, untilKafkaAnswers, type Patience } from './given-servers.ts';
import { clickhouseLogin, stackUsers, type ClickHouseLogin, type StackRole } from './clickhouse-users.ts';
import { startClickHouse } from './clickhouse.ts';
import { startKafka } from './kafka.ts';
import { assertPortFree, freePort } from './ports.ts';
import { supervise } from './supervise.ts';

export interface ServerPlaces {
  /** `host:port,...` */
  readonly brokers: string;
  readonly clickhouseUrl: string;
  /** Of the local ClickHouse. Who gives a server gives a login for it. */
  readonly logins?: Readonly<Record<StackRole, ClickHouseLogin>>;
}

/**
 * Kafka and ClickHouse in parallel: for each the given server, or a local one that is restarted when it exits.
 * @param patience with given servers that do not answer yet
 */
export async function startServers(
  config: LocalConfig,
  fleet: Fleet,
  patience: Patience,
): Promise<ServerPlaces> {
  const [brokers, clickhousePlace] = await Promise.all([
    kafka(config, fleet, patience),
    clickhouse(config, fleet, patience),
  ]);
  return { brokers, ...clickhousePlace };
}

async function kafka(config: LocalConfig, fleet: Fleet, patience: Patience): Promise<string> {
  if (config.KAFKA_BROKERS) {
    await untilKafkaAnswers(config, patience);
    return config.KAFKA_BROKERS;
  }
  // A restart keeps the port, so that clients reconnect.
  const port = await chosenPort(config.KAFKA_PORT, 'KAFKA_PORT');
  const start = () => startKafka({ dataDir: config.DATA_DIR, port });
  await fleet.add((watch) => supervise({ name: 'kafka', start, ...watch }));
  return `127.0.0.1:${port}`;
}

async function clickhouse(
  config: LocalConfig,
  fleet: Fleet,
  patience: Patience,
): Promise<Omit<ServerPlaces, 'brokers'>> {
  if (config.CLICKHOUSE_URL) {
    await untilClickHouseAnswers(config.CLICKHOUSE_URL, patience);
    return { clickhouseUrl: config.CLICKHOUSE_URL };
  }
  const { DATA_DIR: dataDir } = config;
  const { owner, writer, alerts, reader, gate } = stackUsers(config.CLICKHOUSE_DATABASE);
  const port = await chosenPort(config.CLICKHOUSE_PORT, 'CLICKHOUSE_PORT');
  const start = () => startClickHouse({ dataDir, users: [owner, writer, alerts, reader, gate], port });
  await fleet.add((watch) => supervise({ name: 'clickhouse', start, ...watch }));
  return {
    clickhouseUrl: `http://127.0.0.1:${port}`,
    logins: {
      owner: clickhouseLogin(dataDir, owner),
      writer: clickhouseLogin(dataDir, writer),
      alerts: clickhouseLogin(dataDir, alerts),
      reader: clickhouseLogin(dataDir, reader),
      gate: clickhouseLogin(dataDir, gate),
    },
  };
}

async function chosenPort(given: number | undefined, variable: string): Promise<number> {
  if (given === undefined) return freePort();
  await assertPortFree(given, variable);
  return given;
}
