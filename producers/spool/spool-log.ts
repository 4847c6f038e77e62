import type { Segment } from './segment.ts';

/** Where a spool reports. Without `error`, errors go to `warn`. */
export interface SpoolLogger {
  warn(details: object, message: string): void;
  error?(details: object, message: string): void;
}

/** What a spool logs: every file it sets aside, and each change between writing and failing, not each failure. */
export class SpoolLog {
  readonly #logger: SpoolLogger | undefined;
  readonly #directory: string;
  #isFailing = false;

  constructor(directory: string, logger: SpoolLogger | undefined) {
    this.#directory = directory;
    this.#logger = logger;
  }

  setAside(file: string, reason: string): void {
    this.#error({ file, reason }, 'A segment of the spool is set aside; its readable events are sent first');
  }

  fileError(err: unknown, { path }: Segment): void {
    this.#logger?.warn({ err, file: path }, 'A file of the spool could not be read, cut, closed or removed');
  }

  rejected(err: Error, number: number): void {
    this.#error({ err, record: number, directory: this.#directory }, 'Kafka rejected a spooled event');
  }

  recovered(events: number): void {
    if (events === 0) return;
    this.#logger?.warn(
      { events, directory: this.#directory },
      'Sending events that an earlier process spooled',
    );
  }

  written(): void {
    if (this.#isFailing) this.#logger?.warn({ directory: this.#directory }, 'The spool takes events again');
    this.#isFailing = false;
  }

  notWritten(err: Error): void {
    if (!this.#isFailing) this.#error({ err, directory: this.#directory }, 'The spool does not take events');
    this.#isFailing = true;
  }

  #error(details: object, message: string): void {
    if (!this.#logger) return;
    if (this.#logger.error) this.#logger.error(details, message);
    else this.#logger.warn(details, message);
  }
}
