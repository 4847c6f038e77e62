import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { createTopics } from '../../platform/kafka/connect.ts';
import { ConfigResourceTypes } from '../../platform/kafka/kafkajs.ts';
import type { TopicDefinition } from '../../schemas/topics.ts';
import { NotAsBackedUpError } from './errors.ts';
import { readTopicConfig } from './topic-state.ts';

/**
 * How a topic is configured while it is restored: it keeps the times of its records, and all of them, however old they
 * are. No consumer starts on such a topic, so one that was not finished is noticed.
 */
const WHILE_RESTORING = [
  { name: 'message.timestamp.type', value: 'CreateTime' },
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
];
const EFFECTIVE_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** Creates a topic to restore, or configures one that is empty. @param admin connected */
export async function prepareTopic(admin: Admin, definition: TopicDefinition, exists: boolean) {
  const names = new Set(WHILE_RESTORING.map(({ name }) => name));
  const others = definition.configEntries.filter(({ name }) => !names.has(name));
  const configEntries = [...others, ...WHILE_RESTORING];
  if (exists) await configure(admin, { ...definition, configEntries });
  else await createTopics(admin, [{ ...definition, configEntries }]);
}

/** Gives a topic its configuration, in place of whatever it has, and waits until it holds. */
export async function configure(admin: Admin, { topic, configEntries }: TopicDefinition): Promise<void> {
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  const deadline = performance.now() + EFFECTIVE_WITHIN_MS;
  for (;;) {
    const found = await readTopicConfig(admin, topic);
    const wrong = configEntries.find(({ name, value }) => found[name] !== value);
    if (!wrong) return;
    if (performance.now() > deadline) {
      throw new NotAsBackedUpError(
        topic,
        `its ${wrong.name} is ${found[wrong.name]} and should be ${wrong.value}`,
      );
    }
    await sleep(POLL_MS);
  }
}
