import { ErasedUsers } from './erased-users.ts';
import type { Erasure } from './erasure.ts';

/** How old the list of erasures may be when rows are inserted; an erasing command waits longer before it goes on. */
export const ERASURES_KNOWN_FOR_MS = 2_000;

/** The erasures as a consumer knows them: read again where they are older than ERASURES_KNOWN_FOR_MS. */
export class KnownErasures {
  readonly #read: () => Promise<readonly Erasure[]>;
  readonly #now: () => number;
  #known = new ErasedUsers([]);
  #readAtMs = -Infinity;

  /** @param read of the table. @param now monotonic milliseconds */
  constructor(read: () => Promise<readonly Erasure[]>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** To be called right before an insert. @throws ClickHouse's errors; then nothing may be inserted */
  async current(): Promise<ErasedUsers> {
    const startedAtMs = this.#now();
    if (startedAtMs - this.#readAtMs < ERASURES_KNOWN_FOR_MS) return this.#known;
    const erasures = await this.#read();
    this.#known = new ErasedUsers(erasures);
    this.#readAtMs = startedAtMs;
    return this.#known;
  }
}
