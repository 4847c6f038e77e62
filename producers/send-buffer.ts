import { recordBytes, type OutgoingRecord } from '../schemas/prepared-event.ts';

/** An accepted event that Kafka has not acknowledged. It is delivered or fails once; later reports are ignored. */
export interface BufferedEvent extends OutgoingRecord {
  delivered(): void;
  failed(error: Error): void;
}

/**
 * Where accepted events wait for Kafka, oldest first. A disk spool would implement this interface: it may accept more
 * than memory holds, and may call `delivered` once the disk has an entry.
 */
export interface SendBuffer {
  /** Takes the entry, or returns false if that would exceed the bounds. */
  offer(entry: BufferedEvent): boolean;
  hasRoomFor(sizeBytes: number): boolean;
  /** The oldest waiting entries, within both limits but at least one, in order. They count until settled. */
  take(maxRecords: number, maxBytes: number): BufferedEvent[];
  /** Frees the room of taken entries that are delivered or failed. */
  settle(entries: readonly BufferedEvent[]): void;
  /** Accepted but not settled. */
  readonly records: number;
  readonly sizeBytes: number;
  /** Accepted but not taken. */
  readonly waitingRecords: number;
  readonly waitingBytes: number;
}

/** A send buffer in memory: its events are lost with the process. */
export class MemorySendBuffer implements SendBuffer {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  /** Entries from #head on wait; taken ones are cut off now and then, so that taking costs O(1). */
  #queue: BufferedEvent[] = [];
  #head = 0;
  #takenRecords = 0;
  #takenBytes = 0;
  waitingBytes = 0;

  constructor(maxRecords: number, maxBytes: number) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = maxBytes;
  }

  get waitingRecords(): number {
    return this.#queue.length - this.#head;
  }
  get records(): number {
    return this.waitingRecords + this.#takenRecords;
  }
  get sizeBytes(): number {
    return this.waitingBytes + this.#takenBytes;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.records < this.#maxRecords && this.sizeBytes + sizeBytes <= this.#maxBytes;
  }

  offer(entry: BufferedEvent): boolean {
    const size = recordBytes(entry);
    if (!this.hasRoomFor(size)) return false;
    this.#queue.push(entry);
    this.waitingBytes += size;
    return true;
  }

  take(maxRecords: number, maxBytes: number): BufferedEvent[] {
    let end = this.#head;
    let bytes = 0;
    for (; end < this.#queue.length && end - this.#head < maxRecords; end += 1) {
      const entry = this.#queue[end];
      if (entry === undefined) break;
      const size = recordBytes(entry);
      if (end > this.#head && bytes + size > maxBytes) break;
      bytes += size;
    }
    const taken = this.#queue.slice(this.#head, end);
    this.#head = end;
    if (this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.waitingBytes -= bytes;
    this.#takenBytes += bytes;
    this.#takenRecords += taken.length;
    return taken;
  }

  settle(entries: readonly BufferedEvent[]): void {
    this.#takenRecords -= entries.length;
    for (const entry of entries) this.#takenBytes -= recordBytes(entry);
  }
}
