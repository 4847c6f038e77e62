import type { OutgoingRecord } from './transport.ts';

/** One accepted event that Kafka has not acknowledged. Delivered or failed, once: what is said later is ignored. */
export interface BufferedEvent extends OutgoingRecord {
  delivered(): void;
  failed(error: Error): void;
}

/**
 * Where accepted events wait for Kafka, oldest first. This is the seam for a disk spool: an outbox that writes
 * entries to disk may accept more than memory holds and may call `delivered` once the disk has them.
 */
export interface SendBuffer {
  /** Takes the entry, or answers false where that would go beyond the bound. */
  offer(entry: BufferedEvent): boolean;
  hasRoomFor(sizeBytes: number): boolean;
  /** The oldest entries that wait, within both limits but at least one, in order. They stay counted until settled. */
  take(maxRecords: number, maxBytes: number): BufferedEvent[];
  /** Entries that were taken and are delivered or failed: their room is free again. */
  settle(entries: readonly BufferedEvent[]): void;
  /** Accepted and not settled. */
  readonly records: number;
  readonly sizeBytes: number;
  /** Accepted and not taken. */
  readonly waitingRecords: number;
  readonly waitingBytes: number;
}

/** Kafka's own framing of a record: lengths, deltas, attributes; 7 to 20 bytes. */
const FRAMING_BYTES = 20;

/** An entry's share of the bounds and of a batch, in bytes; a key of 128 UTF-16 units takes at most 384. */
export function sizeOf(record: OutgoingRecord): number {
  return record.value.length + Buffer.byteLength(record.key) + FRAMING_BYTES;
}

/** An outbox in memory: what it holds is lost with the process. */
export class MemorySendBuffer implements SendBuffer {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  /** Waiting entries are those from #head on; taken ones are cut off now and then, so that taking costs O(1). */
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
    const size = sizeOf(entry);
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
      const size = sizeOf(entry);
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
    for (const entry of entries) this.#takenBytes -= sizeOf(entry);
  }
}
