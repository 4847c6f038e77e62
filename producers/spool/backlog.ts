import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '../../schemas/prepared-event.ts';
import { MemorySendBuffer } from '../send-buffer.ts';
import { hasErrorCode } from './error-code.ts';
import type { Unreadable } from './outcomes.ts';
import { readNext } from './segment-reader.ts';
import { isSettled, removeSegment, type Segment } from './segment.ts';
import { WindowEvent, type WindowOutcome } from './window-event.ts';

/** What a backlog reports. */
export interface BacklogReports {
  /** Kafka acknowledged the record with this number. */
  readonly onDelivered: (number: number) => void;
  /** Kafka will never take it. */
  readonly onRejected: (number: number, error: Error) => void;
  readonly onUnreadable: (unreadable: Unreadable) => void;
  /** Every record is settled. */
  readonly onIdle: () => void;
  /** There is more to take from the window. */
  readonly onLoaded: () => void;
  /** A segment was removed. */
  readonly onRoom: () => void;
  /** The segment will be set aside, when its other records are settled. */
  readonly onProblem: (segment: Segment) => void;
  readonly onFileError: (error: unknown, segment: Segment) => void;
}

/** How much of the backlog is in memory: a batch can be taken while the next one is read. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const REFILL_BYTES = 1024 * 1024;
const RETRY_READ_MS = 1_000;
/** Errors of reading that come from the file itself. Others, such as too many open files, pass. */
const FILE_ERRORS = ['EIO', 'EISDIR', 'ENOENT'];

/**
 * What is on the disk and not acknowledged by Kafka, in order. A window of its oldest records is in memory, for the
 * sender; the rest is read back as the window empties.
 */
export class Backlog {
  readonly window: MemorySendBuffer = new MemorySendBuffer(Infinity, Infinity);
  events = 0;
  sizeBytes = 0;
  readonly #segments: Segment[];
  readonly #reports: BacklogReports;
  readonly #removals = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #outcome: WindowOutcome = (number, segment, error) => {
    if (error) {
      this.#noteProblem(segment, error.message);
      this.#reports.onRejected(number, error);
    } else {
      this.#reports.onDelivered(number);
    }
    this.#settle(segment, 1);
  };
  #reading: Promise<void> | undefined;

  constructor(segments: readonly Segment[], reports: BacklogReports) {
    this.#segments = [...segments];
    this.#reports = reports;
    for (const { first, end, sizeBytes } of segments) {
      this.events += end - first;
      this.sizeBytes += sizeBytes;
    }
  }

  /** A group of records is on the disk, at the end of the newest segment. */
  append(segment: Segment, records: readonly OutgoingRecord[], sizeBytes: number): void {
    const fits = this.#unread() === undefined && this.window.sizeBytes < WINDOW_BYTES;
    if (this.#segments.at(-1) !== segment) this.#segments.push(segment);
    const first = segment.end;
    segment.end += records.length;
    this.events += records.length;
    this.sizeBytes += sizeBytes - segment.sizeBytes;
    segment.sizeBytes = sizeBytes;
    if (!fits) return this.load();
    for (const [index, record] of records.entries()) this.#offer(record, first + index, segment);
    segment.loadedEnd = segment.end;
    segment.loadedBytes = segment.sizeBytes;
    this.#reports.onLoaded();
  }

  /** No more records come into the segment. */
  close(segment: Segment): void {
    segment.isClosed = true;
    this.#removeIfDone(segment);
  }

  /** Reads more into the window, if there is more and the window has room. */
  load(): void {
    this.#reading ??= this.#isHungry() ? this.#read() : undefined;
  }

  /** Reads no more. @returns when its files are at rest */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
    await Promise.all(this.#removals);
  }

  #unread(): Segment | undefined {
    return this.#segments.find(({ loadedEnd, end }) => loadedEnd < end);
  }

  #isHungry(): boolean {
    return (
      !this.#stop.signal.aborted && this.window.waitingBytes < REFILL_BYTES && this.#unread() !== undefined
    );
  }

  async #read(): Promise<void> {
    for (let segment = this.#unread(); segment && this.#isHungry(); segment = this.#unread()) {
      try {
        await this.#readNext(segment);
      } catch (error) {
        this.#reports.onFileError(error, segment);
        await this.#pause();
      }
    }
    this.#reading = undefined;
  }

  async #readNext(segment: Segment): Promise<void> {
    const { loadedEnd, end } = segment;
    const next = await readNext(segment).catch((error: unknown) => {
      if (!FILE_ERRORS.some((code) => hasErrorCode(error, code))) throw error;
      return { records: [], end, endBytes: segment.sizeBytes, problem: String(error) };
    });
    for (const record of next.records) this.#offer(record, record.number, segment);
    segment.loadedEnd = next.end;
    segment.loadedBytes = next.endBytes;
    this.#noteProblem(segment, next.problem);
    const missing = next.end - loadedEnd - next.records.length;
    if (missing > 0) {
      const found = new Set(next.records.map(({ number }) => number));
      this.#reports.onUnreadable({ from: loadedEnd, to: next.end, found, file: segment.path });
      this.#settle(segment, missing);
    }
    if (next.records.length > 0) this.#reports.onLoaded();
  }

  #offer(record: OutgoingRecord, number: number, segment: Segment): void {
    this.window.offer(new WindowEvent(record, number, segment, this.#outcome));
  }

  #noteProblem(segment: Segment, problem: string | undefined): void {
    if (problem === undefined || segment.problem !== undefined) return;
    segment.problem = problem;
    this.#reports.onProblem(segment);
  }

  #settle(segment: Segment, count: number): void {
    segment.settled += count;
    this.events -= count;
    if (this.events === 0) this.#reports.onIdle();
    this.#removeIfDone(segment);
  }

  #removeIfDone(segment: Segment): void {
    if (!segment.isClosed || !isSettled(segment)) return;
    const at = this.#segments.indexOf(segment);
    if (at < 0) return;
    this.#segments.splice(at, 1);
    this.sizeBytes -= segment.sizeBytes;
    const removal = removeSegment(segment)
      .catch((error: unknown) => this.#reports.onFileError(error, segment))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
    this.#reports.onRoom();
  }

  async #pause(): Promise<void> {
    // Aborted by stop().
    await sleep(RETRY_READ_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
  }
}
