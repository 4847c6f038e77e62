import type { Message, ProducerConfig, RecordMetadata } from 'kafkajs';
import type { ProducerFactory } from '../../../platform/kafka/producer-connection.ts';

const ignore = (): void => undefined;

/** A kafkajs whose producers do what a test says. */
export class ScriptedKafka implements ProducerFactory {
  readonly steps: string[] = [];
  /** Of the last send. */
  topic = '';
  config: ProducerConfig = {};
  onConnect: () => Promise<void> = () => Promise.resolve();
  onSend: (messages: Message[]) => Promise<RecordMetadata[]> = (messages) =>
    Promise.resolve(this.answer(messages));

  readonly producer: ProducerFactory['producer'] = (config) => {
    this.config = config;
    return {
      connect: () => {
        this.steps.push('connect');
        return this.onConnect();
      },
      disconnect: () => {
        this.steps.push('disconnect');
        return Promise.resolve();
      },
      send: async ({ topic, messages }) => {
        this.topic = topic;
        this.steps.push(`send ${messages.map(({ value }) => String(value)).join()}`);
        return this.onSend(messages);
      },
      logger: () => ({ debug: ignore }),
    };
  };

  /** Assigns every message to one of the partitions, as kafkajs does, and acknowledges them. */
  answer(messages: Message[], baseOffset = '0', partitionCount = 2): RecordMetadata[] {
    const choose = this.config.createPartitioner?.();
    const partitionMetadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 0,
      replicas: [],
      isr: [],
    }));
    const partitions = messages.map(
      (message) => choose?.({ topic: this.topic, partitionMetadata, message }) ?? -1,
    );
    return partitions.map((partition) => ({ topicName: this.topic, partition, errorCode: 0, baseOffset }));
  }
}
