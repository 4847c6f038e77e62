import { setTimeout as sleep } from 'node:timers/promises';
import { recordBytes } from '../../schemas/prepared-event.ts';
import { MemorySendBuffer, type BufferedEvent } from '../send-buffer.ts';
import { Milestones } from './milestones.ts';
import { spoolError, type Opening } from './opening.ts';
import { traceBytes } from './segment-format.ts';
import type { SpoolSettings } from './settings.ts';
import type { Spool } from './spool.ts';

export interface IntakeOptions {
  readonly settings: SpoolSettings;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly opening: Opening;
  readonly onDurable: (event: BufferedEvent, number: number) => void;
  /** A group was dealt with: it is on the disk, or its events have failed with the error. */
  readonly onGroup: (events: readonly BufferedEvent[], error?: Error) => void;
}

const MAX_GROUP_BYTES = 1024 * 1024;

/** Events in memory on their way to the disk: in order, bounded, and all that arrive meanwhile share one fsync. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #queue: MemorySendBuffer;
  readonly #groupBytes: number;
  readonly #handled = new Milestones();
  readonly #stop = new AbortController();
  #offeredCount = 0;
  #handledCount = 0;
  #writing: Promise<void> | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#queue = new MemorySendBuffer(options.maxRecords, options.maxBytes);
    this.#groupBytes = Math.min(MAX_GROUP_BYTES, options.settings.segmentBytes >> 1);
  }

  get records(): number {
    return this.#queue.records;
  }
  get sizeBytes(): number {
    return this.#queue.sizeBytes;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.#queue.hasRoomFor(sizeBytes);
  }

  offer(event: BufferedEvent): boolean {
    if (!this.#queue.offer(event)) return false;
    this.#offeredCount += 1;
    this.#writing ??= this.#writeAll();
    return true;
  }

  /** Resolves when every event offered before the call is on the disk or has failed. */
  drained(): Promise<void> {
    return this.#handled.wait(this.#offeredCount);
  }

  /** What waits for room fails with the reason. @returns when nothing is being written any more */
  async stop(reason: Error): Promise<void> {
    this.#stop.abort(reason);
    await this.#writing;
  }

  /** Never rejects: failures go to the events. */
  async #writeAll(): Promise<void> {
    const { settings, onGroup } = this.#options;
    // First let the caller's synchronous publish() calls end, so that they make one group.
    await Promise.resolve();
    while (this.#queue.waitingRecords > 0) {
      if (settings.fsyncEveryMs > 0 && this.#queue.waitingBytes < this.#groupBytes) {
        await sleep(settings.fsyncEveryMs);
      }
      const group = this.#queue.take(Infinity, this.#groupBytes);
      const error = await this.#write(group);
      if (error) {
        this.#queue.settle(group);
        for (const event of group) event.failed(error);
      }
      this.#handledCount += group.length;
      this.#handled.reach(this.#handledCount);
      onGroup(group, error);
    }
    this.#writing = undefined;
  }

  /** @returns why the group is not on the disk */
  async #write(group: readonly BufferedEvent[]): Promise<Error | undefined> {
    const { settings, opening, onDurable } = this.#options;
    try {
      const spool = await opening.opened();
      const full = await this.#waitForRoom(spool, group);
      if (full) return full;
      await spool.append(group, (first) => {
        this.#queue.settle(group);
        for (const [index, event] of group.entries()) onDurable(event, first + index);
      });
      return undefined;
    } catch (error) {
      return spoolError(settings.directory, error);
    }
  }

  /** @returns why there is none */
  async #waitForRoom(spool: Spool, group: readonly BufferedEvent[]): Promise<Error | undefined> {
    // The framing of a record is smaller on the disk than in Kafka.
    const size = group.reduce((sum, event) => sum + recordBytes(event) + traceBytes(event), 0);
    while (!spool.hasRoomFor(size)) {
      if (this.#options.settings.whenFull === 'reject') return spool.full();
      if (this.#stop.signal.aborted) return asError(this.#stop.signal.reason);
      await spool.room(this.#stop.signal);
    }
    return undefined;
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
