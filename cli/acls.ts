import { pipelineTopics, type Topics } from '../schemas/topics.ts';
import { deadLetterGroup } from '../store/dead-letters/tool.ts';

/**
 * What each program may do in Kafka, and nothing more. Who may write `settings` decides the terms, and who may write
 * `daily-charges` what is billed: neither a publisher nor the consumer may.
 */
export type Program =
  | 'publisher'
  | 'consumer'
  | 'aggregator'
  | 'alerts'
  | 'api'
  | 'gate'
  | 'operator'
  | 'recompute'
  | 'dead-letters'
  | 'topics';

export const PROGRAMS: Readonly<Record<Program, string>> = {
  publisher: 'the SDK in an API server, and npm run replay',
  consumer: 'consumers/main.ts',
  aggregator: 'aggregator/main.ts',
  alerts: 'alerts/main.ts',
  api: 'api/main.ts',
  gate: 'gate/main.ts',
  operator: 'npm run org, npm run catalogue',
  recompute: 'npm run recompute -- --apply',
  'dead-letters': 'npm run letters',
  topics: 'npm run topics',
};

/** Write and Read include Describe. */
export type Operation = 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs' | 'AlterConfigs';

export interface Acl {
  readonly program: Program;
  readonly operation: Operation;
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly isPrefix: boolean;
}

/**
 * @param topicPrefix TOPIC_PREFIX
 * @param group CONSUMER_GROUP: the consumer has groups of its own for the other topics, whose names begin with it
 */
export function kafkaAcls(topics: Topics, topicPrefix: string, group: string): Acl[] {
  const all = Object.values(topics);
  const landed = pipelineTopics(topics);
  // Dead letters are validated as by the consumer, which needs the writer schemas.
  const readsSchemas = (program: Program): Acl[] => [
    ...on(program, 'Read', [topics.writerSchemas]),
    { program, operation: 'Read', resource: 'group', name: deadLetterGroup(topicPrefix), isPrefix: true },
  ];
  const written = {
    publisher: [topics.calls, topics.writerSchemas],
    consumer: [topics.dead],
    aggregator: [topics.dailyCharges],
    // A destination that nothing can be delivered to is disabled in the settings.
    alerts: [topics.alerts, topics.settings],
    api: [topics.settings, topics.calls, topics.writerSchemas, topics.alerts],
    operator: [topics.settings],
    recompute: [topics.dailyCharges],
    deadLetters: [topics.calls],
  };
  return [
    ...on('publisher', 'Write', written.publisher),
    ...on(
      'consumer',
      'Read',
      landed.filter((topic) => topic !== topics.dead),
    ),
    ...on('consumer', 'Write', written.consumer),
    ...on('consumer', 'DescribeConfigs', landed),
    {
      program: 'consumer',
      operation: 'Read',
      resource: 'group',
      name: `${topicPrefix}${group}`,
      isPrefix: true,
    },
    ...on('aggregator', 'Write', written.aggregator),
    ...on('aggregator', 'DescribeConfigs', written.aggregator),
    // Reconciliation reads records again, as a member of no group.
    ...on('aggregator', 'Read', [topics.calls, topics.writerSchemas]),
    ...on('alerts', 'Write', written.alerts),
    ...on('alerts', 'DescribeConfigs', written.alerts),
    ...on('api', 'Write', written.api),
    ...on('api', 'DescribeConfigs', written.api),
    ...readsSchemas('api'),
    ...on('gate', 'Read', [topics.leases]),
    ...on('gate', 'Write', [topics.leases]),
    ...on('gate', 'DescribeConfigs', [topics.leases]),
    // The ends of its partitions: what an event that was acknowledged lies before.
    ...on('gate', 'Describe', [topics.calls]),
    { program: 'gate', operation: 'Read', resource: 'group', name: `${topicPrefix}gate`, isPrefix: false },
    ...on('operator', 'Write', written.operator),
    ...on('recompute', 'Write', written.recompute),
    ...on('dead-letters', 'Write', written.deadLetters),
    ...readsSchemas('dead-letters'),
    ...on('topics', 'Create', all),
    ...on('topics', 'Describe', all),
    // How long dead letters are kept follows the setting, also in an existing topic.
    ...on('topics', 'DescribeConfigs', [topics.dead]),
    ...on('topics', 'AlterConfigs', [topics.dead]),
  ];
}

const on = (program: Program, operation: Operation, names: readonly string[]): Acl[] =>
  names.map((name) => ({ program, operation, resource: 'topic', name, isPrefix: false }));

/** As commands of Kafka's own tool. Users are named after the programs: replace them by yours. */
export function aclCommands(acls: readonly Acl[]): string[] {
  return acls.map(({ program, operation, resource, name, isPrefix }) =>
    [
      `kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN_CONFIG" --add`,
      `--allow-principal User:${program} --operation ${operation} --${resource} ${name}`,
      ...(isPrefix ? ['--resource-pattern-type prefixed'] : []),
    ].join(' '),
  );
}
