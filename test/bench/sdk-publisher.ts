/** Our way in the benchmark `publish`: calls are checked, get ids, are encoded and sent by the SDK. */
import { createPublisher } from '../../producers/sdk/connect.ts';
import { publishedInputs, publishingConfig, publishOnMessage } from './publishing-program.ts';

/** Twice what is sent at once. kafkajs holds that once; the default of 100,000 is for outages. */
const BUFFERED = 10_000;

const publisher = createPublisher({
  brokers: publishingConfig.KAFKA_BROKERS.split(','),
  topicPrefix: publishingConfig.TOPIC_PREFIX,
  maxBufferedRecords: BUFFERED,
});
const inputs = publishedInputs();
const [first] = inputs;
if (first) await publisher.publish(first);

async function publish(): Promise<void> {
  const rejected: unknown[] = [];
  for (let published = 0; published < publishingConfig.CALLS; published += inputs.length) {
    for (const input of inputs) {
      await publisher.ready();
      publisher.publish(input).catch((error: unknown) => rejected.push(error));
    }
  }
  await publisher.flush();
  if (rejected.length > 0)
    throw new AggregateError(rejected.slice(0, 3), `${rejected.length} calls were rejected`);
}

publishOnMessage(publish, () => publisher.close());
