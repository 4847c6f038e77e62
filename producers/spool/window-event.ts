import type { OutgoingRecord } from '../../schemas/prepared-event.ts';
import type { BufferedEvent } from '../send-buffer.ts';
import type { Segment } from './segment.ts';

/** What became of a record, by its number. @param error undefined where Kafka acknowledged it */
export type WindowOutcome = (number: number, segment: Segment, error?: Error) => void;

/** A record on the disk that is also in memory, for the sender. */
export class WindowEvent implements BufferedEvent {
  readonly key: string;
  readonly value: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly #number: number;
  readonly #segment: Segment;
  readonly #outcome: WindowOutcome;

  constructor(
    { key, value, headers }: OutgoingRecord,
    number: number,
    segment: Segment,
    outcome: WindowOutcome,
  ) {
    this.key = key;
    this.value = value;
    if (headers) this.headers = headers;
    this.#number = number;
    this.#segment = segment;
    this.#outcome = outcome;
  }

  delivered(): void {
    this.#outcome(this.#number, this.#segment);
  }

  failed(error: Error): void {
    this.#outcome(this.#number, this.#segment, error);
  }
}
