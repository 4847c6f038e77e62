import { validate } from 'node-cron';
import { Type } from 'typebox';
import type { Environment } from '../platform/config.ts';
import { healthVariables } from '../platform/health/variables.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables, replicationVariables } from '../platform/kafka/variables.ts';
import { processVariables, orgVariables, closingVariables } from '../platform/variables.ts';

/** The environment variables of the aggregator. */
export const aggregatorVariables = {
  ...kafkaVariables,
  ...clickhouseVariables,
  ...processVariables,
  ...healthVariables,
  ...replicationVariables,
  ...orgVariables,
  ...closingVariables,
  GATHER_MS: Type.Integer({
    default: 3_000,
    minimum: 0,
    description: 'how long late events are gathered before their hours are sealed again',
  }),
  LOG_LANDED_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1_000,
    description:
      'how long acknowledged charges may take to land before the tick fails and the next one retries',
  }),
  TICK: Type.Refine(
    Type.String({
      default: '*/2 * * * * *',
      description:
        'cron expression (UTC, with seconds) of the wake-ups; every other one is left out while nothing is due',
    }),
    validate,
    () => 'must be a cron expression',
  ),
};

/** The configuration of the aggregator. @throws ConfigError with every problem at once */
export const readAggregatorConfig = (env: Environment) => readKafkaConfig(env, aggregatorVariables);
