import { Partitioners } from '../../../platform/kafka/kafkajs.ts';
import { partitionOf } from '../../../platform/kafka/murmur2.ts';
import { randomOf } from '../../random.ts';

const ofKafkajs = Partitioners.DefaultPartitioner();
const metadata = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

describe('the partition of a key', () => {
  // Kafka's own tests of Utils.murmur2 have these keys.
  it.each(['21', 'foobar', 'a-little-bit-long-string', 'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'])(
    'is that of every Kafka client: %s',
    (key) => {
      const partitionMetadata = metadata(1_000_003);
      const message = { key, value: null };
      expect(partitionOf(key, 1_000_003)).toBe(ofKafkajs({ topic: 't', partitionMetadata, message }));
    },
  );

  it('is that of kafkajs for random keys of every length, as text and as bytes', () => {
    const random = randomOf(9);
    const partitionMetadata = metadata(997);
    for (let length = 0; length < 200; length += 1) {
      const key = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
      const message = { key, value: null };
      expect([length, partitionOf(key, 997)]).toEqual([
        length,
        ofKafkajs({ topic: 't', partitionMetadata, message }),
      ]);
      const text = key.toString('latin1');
      expect(partitionOf(text, 997)).toBe(
        ofKafkajs({ topic: 't', partitionMetadata, message: { key: text, value: null } }),
      );
    }
  });
});
