import { checkCluster } from '../platform/clickhouse/cluster-check.ts';
import type { Environment } from '../platform/config.ts';
import { connectClickHouse, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { createLogger } from '../platform/logging.ts';
import { readRegistryAccess, schemaRegistryVariables } from '../platform/schema-registry/variables.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../platform/kafka/variables.ts';
import { eventTimeVariables } from '../platform/variables.ts';
import { openDeadLetterTool, type DeadLetterTool } from '../store/dead-letters/tool.ts';

/** What the commands for dead letters work with. */
export interface DeadLetterStack extends DeadLetterTool {
  readonly client: ClickHouseClient;
}

/**
 * Opens the tables and topics that the environment names for the duration of `work` (deploy/run.ts names a running local
 * stack).
 * @throws ConfigError, ClusterError
 */
export async function withDeadLetters<Result>(
  env: Environment,
  work: (stack: DeadLetterStack) => Promise<Result>,
): Promise<Result> {
  const config = readKafkaConfig(env, {
    ...kafkaVariables,
    ...clickhouseVariables,
    ...eventTimeVariables,
    ...schemaRegistryVariables,
  });
  const registry = readRegistryAccess(config);
  const logger = createLogger('dead-letters', 'fatal');
  const client = connectClickHouse(config, 'api-credits dead letters');
  const tool = openDeadLetterTool({ ...config, registry }, 'api-credits dead letters', logger, Date.now);
  try {
    await checkCluster(client, config);
    return await work({ ...tool, client });
  } finally {
    await tool.close();
    await client.close();
  }
}
