/** The errors of the spool. None is silent. */

/** The options or the directory of the spool cannot be used. */
export class InvalidSpoolOptionsError extends RangeError {
  readonly code = 'INVALID_SPOOL_OPTIONS';
  /** Every problem, each with what to do. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join(' '));
    this.name = 'InvalidSpoolOptionsError';
    this.problems = problems;
  }
}

/** Another publisher has the directory. The event was not taken. */
export class SpoolInUseError extends Error {
  readonly code = 'SPOOL_IN_USE';
  constructor(directory: string) {
    super(
      `Another publisher uses the spool ${directory}; the event was not taken. Give every publisher a ` +
        'directory of its own, or end the other one: then this one takes over within a second.',
    );
    this.name = 'SpoolInUseError';
  }
}

/** The spool holds maxBytes because Kafka is slower than the callers, or away. The event was not taken. */
export class SpoolFullError extends Error {
  readonly code = 'SPOOL_FULL';
  constructor(events: number, sizeBytes: number, maxBytes: number) {
    super(
      `The spool is full (${events} events wait for Kafka in ${sizeBytes} of ${maxBytes} bytes); the event was ` +
        "not taken. Await ready() and publish it again, raise spool.maxBytes, or set spool.whenFull to 'wait'.",
    );
    this.name = 'SpoolFullError';
  }
}

/** The disk failed, is full, or denies access. The event was not taken; what had resolved before is safe. */
export class SpoolWriteError extends Error {
  readonly code = 'SPOOL_WRITE_FAILED';
  constructor(directory: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The spool ${directory} cannot be written (${reason}); the event was not taken. Make room or repair the ` +
        'disk: the next event is written without a restart.',
      { cause },
    );
    this.name = 'SpoolWriteError';
  }
}

/** The disk damaged the event before Kafka had it. Publish it again with the same event id. */
export class SpoolDamagedError extends Error {
  readonly code = 'SPOOL_DAMAGED';
  constructor(file: string) {
    super(
      `The event is unreadable in the spool's ${file}. Publish it again with the same event id, and check the disk.`,
    );
    this.name = 'SpoolDamagedError';
  }
}
