import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import type { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { formatPlace, REPLAY_HEADERS } from '../../schemas/dead-letter.ts';
import type { DeadLetter } from './dead-letter.ts';
import { replayObstacle } from './replayable.ts';

/** A send is one record batch a partition, and brokers reject one of more than a megabyte. */
const MAX_SEND_BYTES = 900_000;
const RECORD_OVERHEAD_BYTES = 200;
/** A partition has another leader within seconds. Shorter than a request may take. */
const RETRY_FOR_MS = 8_000;
const PAUSE_MS = 500;

/**
 * Publishes the bytes of dead letters to the call topic again, each with the header `replay_of`. They land as any other
 * record: an event counts once by its id however often it is replayed, and the consumer records what became of the
 * replay. So nothing is recorded here, and a crash leaves nothing to undo: what was not published is still open.
 */
export class DeadLetterReplayer {
  readonly #producer: Pick<AcknowledgedProducer, 'sendAcknowledged' | 'close'>;
  readonly #topic: string;

  /** @param topic of the calls */
  constructor(producer: Pick<AcknowledgedProducer, 'sendAcknowledged' | 'close'>, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  canReplay(deadLetter: DeadLetter): boolean {
    return replayObstacle(deadLetter, this.#topic) === undefined;
  }

  /**
   * Resolves when Kafka has all of them on all in-sync replicas.
   * @param deadLetters that can be replayed
   * @param replay the id of the request
   * @throws NotSentError; NotAcknowledgedError, after which some may be in the log: a repeat is harmless
   */
  async publish(deadLetters: readonly DeadLetter[], replay: string): Promise<void> {
    for (const messages of sendsOf(deadLetters, replay)) await this.#send(messages);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #send(messages: readonly Message[]): Promise<void> {
    const deadline = performance.now() + RETRY_FOR_MS;
    for (;;) {
      try {
        await this.#producer.sendAcknowledged(this.#topic, messages);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await delay(PAUSE_MS);
    }
  }
}

function* sendsOf(deadLetters: readonly DeadLetter[], replay: string): Generator<readonly Message[]> {
  let messages: Message[] = [];
  let sizeBytes = 0;
  for (const { bytes, ...place } of deadLetters) {
    const { key = null, value = null } = bytes ?? {};
    const size =
      (key?.length ?? 0) + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES + formatPlace(place).length;
    if (sizeBytes + size > MAX_SEND_BYTES && messages.length > 0) {
      yield messages;
      messages = [];
      sizeBytes = 0;
    }
    const headers = { [REPLAY_HEADERS.of]: formatPlace(place), [REPLAY_HEADERS.replay]: replay };
    messages.push({ key, value, headers });
    sizeBytes += size;
  }
  if (messages.length > 0) yield messages;
}
