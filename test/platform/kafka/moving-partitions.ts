import { createRequire } from 'node:module';
import type { Message, Producer, ProducerConfig } from 'kafkajs';

/** What kafkajs asks a broker to append. */
interface ProduceRequest {
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
  }[];
}

interface Broker {
  readonly nodeId: number;
  produce(request: ProduceRequest): Promise<object>;
  initProducerId(): Promise<object>;
}

type CreateProducer = (given: ProducerConfig & { cluster: object; logger: object }) => Producer;
const createProducer: CreateProducer = createRequire(import.meta.url)('kafkajs/src/producer/index.js');
const nothing = (): void => undefined;
const done = (): Promise<void> => Promise.resolve();
const logger = { namespace: () => logger, debug: nothing, info: nothing, warn: nothing, error: nothing };

const [A, B] = [1, 2];

/**
 * kafkajs's own producer over two scripted brokers. A leads the even partitions and B the odd ones. A acknowledges
 * the first request; then B fails, and A leads them all: the order of events that brokers cannot be made to repeat.
 */
export class MovingPartitions {
  /** What was appended, by partition. */
  readonly log = new Map<number, string[]>();
  readonly #partitions: number[];
  #hasMoved = false;
  #answeredByA: () => void = nothing;

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, (_, partition) => partition);
  }

  readonly producer = (config: ProducerConfig = {}): Producer =>
    createProducer({ ...config, cluster: this.#cluster(), logger });

  #cluster() {
    const acknowledged = new Promise<void>((resolve) => (this.#answeredByA = resolve));
    const brokers: Record<string, Broker> = {
      [A]: this.#broker(A, (request) => {
        this.#answeredByA();
        return Promise.resolve(this.#append(request));
      }),
      [B]: this.#broker(B, async () => {
        await acknowledged;
        this.#hasMoved = true;
        throw Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });
      }),
    };
    const metadata = () =>
      this.#partitions.map((partitionId) => ({ partitionId, leader: this.#leaderOf(partitionId) }));
    return {
      retry: { initialRetryTime: 1, maxRetryTime: 1 },
      targetTopics: new Set(),
      connect: done,
      disconnect: done,
      isConnected: () => true,
      removeBroker: nothing,
      refreshMetadata: done,
      refreshMetadataIfNecessary: done,
      addMultipleTargetTopics: done,
      findControllerBroker: () => Promise.resolve(brokers[A]),
      findBroker: ({ nodeId }: { nodeId: string }) => Promise.resolve(brokers[nodeId]),
      findTopicPartitionMetadata: metadata,
      findLeaderForPartitions: (_topic: string, partitions: readonly string[]) =>
        this.#byLeader(partitions.map(Number)),
    };
  }

  #broker(nodeId: number, produce: Broker['produce']): Broker {
    return { nodeId, produce, initProducerId: () => Promise.resolve({ producerId: 7, producerEpoch: 0 }) };
  }

  #leaderOf(partition: number): number {
    return this.#hasMoved || partition % 2 === 0 ? A : B;
  }

  #byLeader(partitions: readonly number[]): Record<number, number[]> {
    const leaders = new Set(partitions.map((partition) => this.#leaderOf(partition)));
    return Object.fromEntries(
      [...leaders].map((leader) => [leader, partitions.filter((each) => this.#leaderOf(each) === leader)]),
    );
  }

  #append({ topicData }: ProduceRequest) {
    return {
      topics: topicData.map(({ topic, partitions }) => ({
        topicName: topic,
        partitions: partitions.map(({ partition, messages }) => {
          const before = this.log.get(partition) ?? [];
          this.log.set(partition, [...before, ...messages.map(({ value }) => String(value))]);
          return { partition, errorCode: 0, baseOffset: String(before.length) };
        }),
      })),
    };
  }
}
