import { connectKafka } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { serverAddresses } from '../../servers/addresses.ts';

/** test/producers/kafka-transport.int.test.ts tests that it keeps its records and its address when it is killed. */
test('the Kafka of the test run creates no topic by itself', async () => {
  const { kafkaBrokers } = serverAddresses();
  const logger = createLogger('test', 'fatal');
  const producer = connectKafka({ KAFKA_BROKERS: kafkaBrokers }, 'test', logger).producer({
    retry: { retries: 0 },
  });
  await producer.connect();
  await expect(producer.send({ topic: 'unknown', messages: [{ value: '' }] })).rejects.toThrow(
    'does not host this topic-partition',
  );
  await producer.disconnect();
});
