/**
 * Publishes calls through the SDK at a steady rate from when its clock starts, as a process (program-messages.ts): it
 * answers with how many distinct calls it published, and their credits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { readConfig } from '../../platform/config.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { arrivalAt, callEvent, latenessMs } from './calls.ts';
import { eventClockOf, eventClockVariables } from './event-clock.ts';

const TICK_MS = 10;
const config = readConfig(process.env, {
  ...kafkaVariables,
  ...eventClockVariables,
  CALLS: Type.Integer({ minimum: 1 }),
  CALLS_A_SECOND: Type.Integer({ minimum: 1 }),
  /** Frames the records for a schema registry; 0: single-object encoding. */
  SCHEMA_ID: Type.Integer({ default: 0 }),
});
const clock = eventClockOf(config);
const publisher = createPublisher({
  brokers: config.KAFKA_BROKERS.split(','),
  topicPrefix: config.TOPIC_PREFIX,
  ...(config.SCHEMA_ID > 0 && { framing: { schemaId: config.SCHEMA_ID } }),
});
const isPublished = new Uint8Array(config.CALLS);
const sums = { calls: 0, credits: 0 };

async function publish(): Promise<void> {
  const rejected: unknown[] = [];
  for (let position = 0; position < config.CALLS;) {
    const due = Math.floor(((Date.now() - clock.startedAt) / 1_000) * config.CALLS_A_SECOND);
    for (; position < Math.min(due, config.CALLS); position += 1) {
      const index = arrivalAt(position);
      const event = callEvent(index, occurredAt(index));
      if (isPublished[index] === 0) {
        isPublished[index] = 1;
        sums.calls += 1;
        sums.credits += event.credits;
      }
      await publisher.ready();
      publisher.publish(event).catch((error: unknown) => rejected.push(error));
    }
    await sleep(TICK_MS);
  }
  await publisher.flush();
  if (rejected.length > 0)
    throw new AggregateError(rejected.slice(0, 3), `${rejected.length} calls were rejected`);
}

/** By the number alone, so that a repeat is the same event. */
const occurredAt = (index: number): number =>
  clock.from + Math.floor(((index * 1_000) / config.CALLS_A_SECOND) * clock.speed) - latenessMs(index);

process.on('message', () => {
  void publish().then(() => process.send?.(sums));
});
process.on('disconnect', () => void publisher.close());
process.send?.('ready');
