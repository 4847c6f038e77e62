import type { OutgoingRecord } from '../../schemas/prepared-event.ts';
import type { CreateFile } from './append-file.ts';
import { Backlog, type BacklogReports } from './backlog.ts';
import { lockDirectory } from './directory-lock.ts';
import { SpoolFullError } from './errors.ts';
import { recoverSegments, type Recovered } from './recovery.ts';
import { HEADER_BYTES } from './segment-format.ts';
import { SegmentWriter } from './segment-writer.ts';
import type { SpoolSettings } from './settings.ts';

export interface SpoolReports extends Omit<BacklogReports, 'onProblem' | 'onIdle'> {
  /** Every record before this number is settled. */
  readonly onIdle: (next: number) => void;
  /** A file is set aside: at once, or when its readable records are settled. */
  readonly onSetAside: (file: string, reason: string) => void;
}

export interface SpoolOpening extends SpoolReports {
  readonly settings: SpoolSettings;
  /** 8 characters that no other lock has. */
  readonly lockId: string;
  /** Whether records may have a traceparent. */
  readonly isTraced: boolean;
  readonly createFile: CreateFile;
}

/**
 * Opens a spool, with what earlier processes left in it.
 * @throws SpoolInUseError, or the system's error
 */
export async function openSpool(options: SpoolOpening): Promise<Spool> {
  const { directory } = options.settings;
  const release = await lockDirectory(directory, options.lockId);
  try {
    return new Spool(options, await recoverSegments(directory, options.onSetAside), release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** A disk spool: records are appended in groups and read back in order. */
export class Spool {
  readonly backlog: Backlog;
  setAside: number;
  readonly #maxBytes: number;
  readonly #writer: SegmentWriter;
  readonly #release: () => Promise<void>;
  readonly #roomWaiters = new Set<() => void>();

  constructor(options: SpoolOpening, recovered: Recovered, release: () => Promise<void>) {
    const { settings, createFile, isTraced, onFileError, onSetAside, onRoom } = options;
    this.#maxBytes = settings.maxBytes;
    this.#release = release;
    this.setAside = recovered.setAside;
    this.backlog = new Backlog(recovered.segments, {
      ...options,
      onIdle: () => options.onIdle(this.next),
      onProblem: ({ path, problem = '' }) => {
        this.setAside += 1;
        onSetAside(path, problem);
      },
      onRoom: () => {
        for (const resolve of this.#roomWaiters) resolve();
        onRoom();
      },
    });
    this.#writer = new SegmentWriter(recovered.next, {
      ...settings,
      createFile,
      isTraced,
      onFileError,
      onAppended: (segment, records, sizeBytes) => this.backlog.append(segment, records, sizeBytes),
      onClosed: (segment) => this.backlog.close(segment),
    });
  }

  /** The number of the next record. */
  get next(): number {
    return this.#writer.next;
  }

  hasRoomFor(sizeBytes: number): boolean {
    return this.backlog.sizeBytes + sizeBytes + HEADER_BYTES <= this.#maxBytes;
  }

  /** Resolves when room was made, or the signal aborts. */
  async room(signal: AbortSignal): Promise<void> {
    const room = Promise.withResolvers<void>();
    const resolve = (): void => room.resolve();
    this.#roomWaiters.add(resolve);
    signal.addEventListener('abort', resolve);
    await room.promise;
    this.#roomWaiters.delete(resolve);
    signal.removeEventListener('abort', resolve);
  }

  full(): SpoolFullError {
    return new SpoolFullError(this.backlog.events, this.backlog.sizeBytes, this.#maxBytes);
  }

  /**
   * Puts a group of records on the disk. One call at a time.
   * @param onDurable called with the first record's number when they are, before any of them is sent
   * @throws the system's error; then none of them is in the spool
   */
  append(records: readonly OutgoingRecord[], onDurable: (first: number) => void): Promise<void> {
    return this.#writer.append(records, onDurable);
  }

  /** Removes what is settled, and lets the next publisher in. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.backlog.stop();
    await this.#release();
  }
}
