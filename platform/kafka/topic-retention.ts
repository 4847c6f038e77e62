import type { Kafka } from 'kafkajs';
import { DAY_MS } from '../../schemas/time-units.ts';
import { ConfigResourceTypes, ConfigSource } from './kafkajs.ts';

const RETENTION = 'retention.ms';

/**
 * Sets how long an existing topic keeps its records. Everything else that is set for the topic is sent along as it is:
 * the request of kafkajs 2.2.4 (AlterConfigs) resets what it does not name.
 * @returns how long it kept them before, in milliseconds; undefined where nothing was to be changed
 * @throws kafkajs's errors, also where an ACL is missing (DescribeConfigs and AlterConfigs on the topic)
 */
export async function enforceTopicRetention(
  kafka: Kafka,
  topic: string,
  days: number,
): Promise<number | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    const entries = resources[0]?.configEntries ?? [];
    const value = String(days * DAY_MS);
    const before = entries.find(({ configName }) => configName === RETENTION)?.configValue;
    if (before === value) return undefined;
    const others = entries
      // All others are the brokers' or defaults.
      .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
      .filter(({ configName }) => configName !== RETENTION)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    const configEntries = [...others, { name: RETENTION, value }];
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
    return Number(before);
  } finally {
    await admin.disconnect();
  }
}
