import { SpoolInUseError, SpoolWriteError } from './errors.ts';
import type { Spool } from './spool.ts';

const RETRY_MS = 1_000;

/** Opens a spool at once, and again every second until that succeeds: what lies in it is sent without any new event. */
export class Opening {
  spool: Spool | undefined;
  readonly #open: () => Promise<Spool>;
  #attempt: Promise<Spool>;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(open: () => Promise<Spool>) {
    this.#open = open;
    this.#attempt = this.#try();
  }

  /** @throws what the latest attempt failed with */
  opened(): Promise<Spool> {
    return this.#attempt;
  }

  /** Makes no further attempts. @returns the spool if it is open */
  async stop(): Promise<Spool | undefined> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#attempt.catch(() => undefined);
    return this.spool;
  }

  #try(): Promise<Spool> {
    const attempt = this.#open();
    attempt.then(
      (spool) => (this.spool = spool),
      () => {
        if (this.#isStopped) return;
        this.#timer = setTimeout(() => {
          this.#attempt = this.#try();
        }, RETRY_MS).unref();
      },
    );
    return attempt;
  }
}

/** What an error of opening or writing the spool is to the caller of publish(). */
export function spoolError(directory: string, error: unknown): SpoolInUseError | SpoolWriteError {
  return error instanceof SpoolInUseError ? error : new SpoolWriteError(directory, error);
}
