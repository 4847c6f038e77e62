/** Events wait for Kafka on a local disk and survive the process. Linux and macOS. */
export interface SpoolOptions {
  /**
   * A directory of this publisher alone, on a local disk; its parent must exist. It is created with mode 0700, its
   * files with 0600.
   */
  readonly directory: string;
  /** How much may wait on the disk; default 1 GiB, at least 1 MiB and 16 times maxEventBytes. */
  readonly maxBytes?: number;
  /** When `publish` resolves: once the event is on the disk (the default), or acknowledged by Kafka. */
  readonly resolveWhen?: 'spooled' | 'acknowledged';
  /**
   * What `publish` does while maxBytes are on the disk: reject (the default), or wait for room, within
   * maxBufferedRecords and maxBufferedBytes.
   */
  readonly whenFull?: 'reject' | 'wait';
  /** How long events wait to share an fsync; default 5 ms. */
  readonly fsyncEveryMs?: number;
}

export interface SpoolCounters {
  /** On the disk and not acknowledged by Kafka. */
  readonly events: number;
  /** The size of the segments, which are deleted when all of their events are acknowledged. */
  readonly bytes: number;
  /** In memory, waiting to be written to the disk. */
  readonly waiting: number;
  /** Segments in the directory, named *.aside, that are damaged, foreign, or have events that Kafka rejected. */
  readonly set_aside: number;
}
