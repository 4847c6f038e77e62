/** What carries the gate's time on, and corrects it. */
export interface ClockSources {
  /** This machine's clock, epoch milliseconds. */
  readonly machine: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
  /** ClickHouse's clock, epoch milliseconds. */
  readonly server: () => Promise<number>;
  /** How far clocks may be apart, milliseconds. */
  readonly toleranceMs: number;
  readonly onJump: (jump: { readonly byMs: number; readonly isFollowed: boolean }) => void;
}

interface Anchor {
  readonly at: number;
  readonly uptime: number;
}

/** D: far below any tolerance, and far above what two function calls take. */
const AT_ONCE_MS = 10;

/**
 * The gate's time. Which calls still count, and which leases no longer do, goes by it, so it must not jump: a clock
 * that is set a day ahead would make everything that is used return at once. It runs on by the monotonic clock, follows
 * this machine's clock while the two differ by as much as clocks may, and follows it further only where ClickHouse's
 * clock says that the machine's is the nearer one.
 */
export class GateClock {
  readonly #sources: ClockSources;
  #anchor: Anchor;
  #isApart = false;

  constructor(sources: ClockSources) {
    this.#sources = sources;
    this.#anchor = this.#read() ?? { at: sources.machine(), uptime: sources.uptime() };
  }

  /** Epoch milliseconds, whole ones. */
  now(): number {
    return Math.round(this.#at(this.#sources.uptime()));
  }

  /** To be called a few times a second. @throws the errors of `server`, where this machine's clock has jumped */
  async follow(): Promise<void> {
    const { server, toleranceMs, onJump } = this.#sources;
    const reading = this.#read();
    if (reading === undefined) return;
    const apartMs = reading.at - this.#at(reading.uptime);
    if (Math.abs(apartMs) <= toleranceMs) {
      this.#isApart = false;
      this.#anchor = reading;
      return;
    }
    const serverAt = await server();
    const own = this.now();
    const isFollowed = Math.abs(serverAt - own - apartMs) < Math.abs(serverAt - own);
    if (!this.#isApart) onJump({ byMs: apartMs, isFollowed });
    this.#isApart = !isFollowed;
    if (isFollowed) this.#anchor = reading;
  }

  #at(uptime: number): number {
    return this.#anchor.at + uptime - this.#anchor.uptime;
  }

  /** Both clocks at one instant; undefined where the process stood still between the two. */
  #read(): Anchor | undefined {
    const { machine, uptime } = this.#sources;
    const before = uptime();
    const at = machine();
    return uptime() - before <= AT_ONCE_MS ? { at, uptime: before } : undefined;
  }
}
