import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutgoingRecord } from '../../schemas/prepared-event.ts';
import type { AppendFile, CreateFile } from './append-file.ts';
import { encodeHeader, encodeRecords, segmentName } from './segment-format.ts';
import { isSettled, newSegment, type Segment } from './segment.ts';

export interface SegmentWriterOptions {
  readonly directory: string;
  readonly segmentBytes: number;
  /** Whether records may have a traceparent. */
  readonly isTraced: boolean;
  readonly createFile: CreateFile;
  /** A group is on the disk. */
  readonly onAppended: (segment: Segment, records: readonly OutgoingRecord[], sizeBytes: number) => void;
  readonly onClosed: (segment: Segment) => void;
  /** A file could not be closed, or cut after its last record on the disk. */
  readonly onFileError: (error: unknown, segment: Segment) => void;
}

interface Active {
  readonly file: AppendFile;
  readonly segment: Segment;
}

/** What is delivered is removed with its segment, so a crash has at most this part of a segment sent again. */
const REMOVED_PART = 8;

/** Appends groups of records to the newest segment, each with one fsync. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #next: number;
  #active: Active | undefined;

  /** @param next the number of the next record */
  constructor(next: number, options: SegmentWriterOptions) {
    this.#next = next;
    this.#options = options;
  }

  /** The number of the next record. */
  get next(): number {
    return this.#next;
  }

  /**
   * Resolves when the group is on the disk. One call at a time.
   * @param onDurable called with the number of the first record, before onAppended
   * @throws the system's error; then nothing of the group is in the spool
   */
  async append(records: readonly OutgoingRecord[], onDurable: (first: number) => void): Promise<void> {
    const first = this.#next;
    const encoded = encodeRecords(records, first);
    if (this.#active && this.#mustClose(this.#active.segment, encoded.length)) await this.close();
    const { file, segment } = (this.#active ??= await this.#begin(first));
    const bytes =
      segment.sizeBytes === 0
        ? Buffer.concat([encodeHeader(first, this.#options.isTraced), encoded])
        : encoded;
    try {
      await file.write(bytes, segment.sizeBytes);
      await file.sync();
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    this.#next += records.length;
    onDurable(first);
    this.#options.onAppended(segment, records, segment.sizeBytes + bytes.length);
  }

  async close(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    if (!active) return;
    await this.#attempt(active.segment, () => active.file.close());
    this.#options.onClosed(active.segment);
  }

  #mustClose(segment: Segment, added: number): boolean {
    const { segmentBytes } = this.#options;
    if (segment.sizeBytes + added > segmentBytes) return true;
    return isSettled(segment) && segment.sizeBytes * REMOVED_PART >= segmentBytes;
  }

  async #begin(first: number): Promise<Active> {
    const path = join(this.#options.directory, segmentName(first));
    return { file: await this.#options.createFile(path), segment: newSegment(path, first) };
  }

  /**
   * After a failure no one knows what of the group is on the disk, and a later fsync of the same file may succeed
   * without having written it: the kernel drops what it could not write. So the file is cut after the last record that
   * an fsync covered, and never written again.
   */
  async #abandon(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    const { file, segment } = active;
    await this.#attempt(segment, async () => {
      await file.truncate(segment.sizeBytes);
      await file.sync();
    });
    await this.close();
    if (segment.sizeBytes === 0) await this.#attempt(segment, () => rm(segment.path, { force: true }));
  }

  /** A step of ending a file, whose failure changes nothing for what is on the disk. */
  async #attempt(segment: Segment, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.onFileError(error, segment);
    }
  }
}
