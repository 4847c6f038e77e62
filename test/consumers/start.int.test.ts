import { createTopics } from '../../platform/kafka/connect.ts';
import { killConsumers, startConsumer } from './consumer-process.ts';
import { openLandingStack, type LandingStack } from './landing-stack.ts';

let stack: LandingStack;
beforeAll(async () => {
  stack = await openLandingStack('start');
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
});

describe('a topic whose records do not carry the broker’s append time', () => {
  it('stops the consumer at the start, with a message that says what to do', async () => {
    const topic = `${stack.settings.TOPIC_PREFIX}wrong.api-calls`;
    // With the broker's defaults, of which CreateTime is one.
    const names = ['api-calls', 'api-calls.dead', 'api-calls.schemas', 'daily-charges', 'settings', 'alerts'];
    await createTopics(
      stack.admin,
      names.map((name) => ({ topic: `${stack.settings.TOPIC_PREFIX}wrong.${name}` })),
    );
    const wrong = startConsumer({ ...stack.settings, TOPIC_PREFIX: `${stack.settings.TOPIC_PREFIX}wrong.` });
    expect(await wrong.exited).toBe(1);
    expect(wrong.log()).toContain(`Topic ${topic} needs message.timestamp.type=LogAppendTime`);

    const missing = startConsumer({ ...stack.settings, TOPIC_PREFIX: 'nowhere.' });
    expect(await missing.exited).toBe(1);
    expect(missing.log()).toContain('Kafka has no topic nowhere.api-calls');

    const unset = startConsumer({ BATCH_ROWS: 'many' });
    expect(await unset.exited).toBe(1);
    expect(unset.log()).toMatch(/KAFKA_BROKERS is missing.*CLICKHOUSE_URL is missing.*BATCH_ROWS/);
  });
});
