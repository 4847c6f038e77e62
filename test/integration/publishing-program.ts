/**
 * An API server with the publishing SDK: it publishes a call every 20 ms, and a last one at SIGTERM, when it closes
 * its publisher within STOP_TIMEOUT_MS. Its last line is the outcome.
 */
import { createPublisher } from '../../producers/sdk/connect.ts';
import { call } from '../producers/sample-event.ts';

const { KAFKA_BROKERS = '', TOPIC_PREFIX = '', STOP_TIMEOUT_MS = '' } = process.env;
const publisher = createPublisher({ brokers: KAFKA_BROKERS.split(','), topicPrefix: TOPIC_PREFIX });

process.on('SIGTERM', () => {
  clearInterval(timer);
  publish();
  publisher.close(Number(STOP_TIMEOUT_MS)).then(
    () => end('closed', 0),
    (error: unknown) => end(String(error), 1),
  );
});
const publish = (): void => void publisher.publish(call()).catch(() => undefined);
const timer = setInterval(publish, 20);
await publisher.publish(call());
process.stdout.write('published\n');

function end(outcome: string, code: number): void {
  process.stdout.write(`${outcome}\n`, () => process.exit(code));
}
