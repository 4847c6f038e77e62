/** `npm run topics`: creates the topics in Kafka. */
import { consumerVariables } from '../consumers/config.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { readConfig } from '../platform/config.ts';
import { connectKafka, ensureTopics } from '../platform/kafka/connect.ts';
import { enforceTopicRetention } from '../platform/kafka/topic-retention.ts';
import { createLogger } from '../platform/logging.ts';
import { kafkaVariables } from '../platform/kafka/variables.ts';
import { topicNames } from '../schemas/topics.ts';
import { aclCommands, kafkaAcls } from './acls.ts';
import { RetentionNotSetError, TopicsNotCreatedError } from './topics-error.ts';
import { readTopicsConfig, replicationWarning } from './topics-config.ts';

const USAGE = `npm run topics [-- --acls]

Creates the missing topics. It can be repeated: existing topics stay as they are, but for the retention of
api-calls.dead. Settings:

  KAFKA_BROKERS          the brokers
  TOPIC_PREFIX           before every topic name
  CALL_PARTITIONS        partitions of the call topic (4)
  REPLICATION_FACTOR     how many brokers hold each record (1); 3 in production
  MIN_INSYNC_REPLICAS    how many must have a record before it is acknowledged (1); 2 in production
  DEAD_LETTER_RETENTION_DAYS   how long the topic of dead letters keeps them (90)
  KAFKA_TLS, KAFKA_...   how to connect, as all processes (docs/operations.md)

--acls prints what each program may do in Kafka, as commands of kafka-acls.sh, and changes nothing. It needs no Kafka;
TOPIC_PREFIX and CONSUMER_GROUP (landing) name the resources.`;

/** A program with a user at the terminal reports soon that Kafka does not answer. */
const KAFKA_RETRIES = 5;

function printedAcls(): string {
  const { TOPIC_PREFIX } = kafkaVariables;
  const { CONSUMER_GROUP } = consumerVariables;
  const config = readConfig(process.env, { TOPIC_PREFIX, CONSUMER_GROUP });
  const topics = topicNames(config.TOPIC_PREFIX);
  return aclCommands(kafkaAcls(topics, config.TOPIC_PREFIX, config.CONSUMER_GROUP)).join('\n');
}

await runCommand(async (args) => {
  const options = new Options(USAGE, { acls: 'boolean' }, args);
  if (options.has('help')) return USAGE;
  if (options.has('acls')) return printedAcls();
  const config = readTopicsConfig(process.env);
  const topics = topicNames(config.TOPIC_PREFIX);
  const kafka = connectKafka(config, 'api-credits topics', createLogger('topics', 'fatal'), KAFKA_RETRIES);
  const { CALL_PARTITIONS: partitions, DEAD_LETTER_RETENTION_DAYS: days, replication } = config;
  const creating = ensureTopics(kafka, topics, partitions, replication, days);
  const created = await creating.catch((error: unknown) => {
    throw new TopicsNotCreatedError(error);
  });
  const before = await enforceTopicRetention(kafka, topics.dead, days).catch((error: unknown) => {
    throw new RetentionNotSetError(topics.dead, days, error);
  });
  const lines = Object.values(topics).map((topic) => {
    if (created.includes(topic)) return `created: ${topic}`;
    const isChanged = topic === topics.dead && before !== undefined;
    return `exists, ${isChanged ? `keeps its records for ${days} days now` : 'unchanged'}: ${topic}`;
  });
  const warning = created.length > 0 ? replicationWarning(config.replication) : undefined;
  return [...lines, ...(warning === undefined ? [] : [warning])].join('\n');
});
