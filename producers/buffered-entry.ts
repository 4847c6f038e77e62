import { PlacedRecord } from '../schemas/placed-record.ts';
import type { BufferedEvent } from './send-buffer.ts';

/** How many events of a publisher ended in which way. */
export interface Tally {
  published: number;
  failed: number;
}

type Report = (outcome: string | Promise<never>) => void;

/**
 * One event whose delivery is reported once; later reports are ignored. Of the two functions that report, only the one
 * that resolves is kept while the event waits.
 */
export class BufferedEntry extends PlacedRecord implements BufferedEvent {
  readonly #eventId: string;
  readonly #tally: Tally;
  #report: Report | undefined;

  constructor(record: PlacedRecord, eventId: string, tally: Tally) {
    super(record.key, record, record.sizeBytes);
    this.#eventId = eventId;
    this.#tally = tally;
  }

  reportTo(report: Report): void {
    this.#report = report;
  }

  delivered(): void {
    const report = this.#report;
    if (!report) return;
    this.#report = undefined;
    this.#tally.published += 1;
    report(this.#eventId);
  }

  failed(reason: Error): void {
    const report = this.#report;
    if (!report) return;
    this.#report = undefined;
    this.#tally.failed += 1;
    report(Promise.reject(reason));
  }
}
