import { join } from 'node:path';
import { startClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import { startKafkaCluster, type KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import type { ShardBy } from '../../platform/clickhouse/cluster.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { clockVariables } from './clocks.ts';
import { Disks } from './disks.ts';
import { FaultyLinks } from './links.ts';
import { FaultyLink } from './network.ts';
import { BROKERS, SHARDS } from './fault.ts';
import { FaultyShard } from './shard-faults.ts';

/** Of the shards, and of their cluster. */
const DATABASE = 'test_chaos';

/** The brokers and the shards of ClickHouse that a fault run hits. */
export interface ChaosServers {
  readonly cluster: KafkaCluster;
  /** Of the shards and the brokers. */
  readonly disks: Disks;
  /** Where the pids of the shards are found. */
  readonly shardsDir: string;
  readonly shards: readonly FaultyShard[];
  /** Between the stack and each shard, then to each broker, from the stack and the other brokers (LINKS). */
  readonly links: readonly FaultyLink[];
  /** Where the processes of the stack look how far off their clocks are. */
  readonly clocksDir: string;
  readonly login: { readonly CLICKHOUSE_USER: string; readonly CLICKHOUSE_PASSWORD: string };
  /** Environment variables of a stack on them. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @param partitions of the call topic: several for each broker, each acknowledged by two of the three */
export async function startChaosServers(
  dataDir: string,
  shardBy: ShardBy,
  partitions: number,
): Promise<ChaosServers> {
  const [shardsDir, clocksDir] = [join(dataDir, 'shards'), join(dataDir, 'clocks')];
  const brokerLinks: FaultyLink[] = [];
  const disks = new Disks();
  const linkTo = async (port: number): Promise<number> => {
    const link = await FaultyLink.open(port);
    brokerLinks.push(link);
    return link.port;
  };
  const cluster = await startKafkaCluster(join(dataDir, 'brokers'), {
    size: BROKERS,
    linkTo,
    fileSystemOf: disks.mount,
  });
  try {
    const shards = await startClickHouseCluster({
      dataDir: shardsDir,
      user: TEST_USER,
      clusters: [{ name: DATABASE, localDatabase: `${DATABASE}_local` }],
      shards: SHARDS.length,
      within: disks.within,
    });
    const shardLinks = await FaultyLinks.open(shards.urls);
    const links = [...shardLinks.links, ...brokerLinks];
    const kafka = connectKafka({ KAFKA_BROKERS: cluster.brokers }, 'chaos', createLogger('chaos', 'silent'));
    await ensureTopics(kafka, topicNames(), partitions, { replicationFactor: 3, minInsyncReplicas: 2 });
    const { user, password } = shards.login;
    const login = { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password };
    return {
      cluster,
      disks,
      shardsDir,
      shards: shards.members.map((member) => new FaultyShard(member, disks.of(member.name))),
      links,
      clocksDir,
      login,
      variables: {
        KAFKA_BROKERS: cluster.brokers,
        CLICKHOUSE_URL: shardLinks.url,
        ...clockVariables(clocksDir),
        CLICKHOUSE_DATABASE: DATABASE,
        CLICKHOUSE_CLUSTER: DATABASE,
        CLICKHOUSE_SHARD_BY: shardBy,
        ...login,
        // The faster the machine, the more good calls a run publishes beside the same waves of invalid records.
        INVALID_PERCENT_LIMIT: '1',
      },
      stop: async () => {
        await Promise.all([cluster.stop(), shards.stop(), ...links.map((link) => link.close())]);
        await disks.unmount();
      },
    };
  } catch (error) {
    await cluster.stop();
    await disks.unmount();
    throw error;
  }
}
