import type { MeterLogger } from './contract.ts';

const INTERVAL_MS = 10_000;

/** Passes on one line in ten seconds for each kind of problem: a broken function fails for every call. */
export class LimitedLog {
  readonly #logger: MeterLogger;
  readonly #monotonicMs: () => number;
  /** As many as there are kinds: they are constants of the code. */
  readonly #kinds = new Map<string, { nextAt: number; unlogged: number }>();

  constructor(logger: MeterLogger, monotonicMs: () => number) {
    this.#logger = logger;
    this.#monotonicMs = monotonicMs;
  }

  /** @param kind names the problem in the line, as `code` */
  error(kind: string, details: object, message: string): void {
    const now = this.#monotonicMs();
    const last = this.#kinds.get(kind);
    if (last && now < last.nextAt) {
      last.unlogged += 1;
      return;
    }
    this.#kinds.set(kind, { nextAt: now + INTERVAL_MS, unlogged: 0 });
    try {
      this.#logger.error({ code: kind, ...details, unlogged: last?.unlogged ?? 0 }, message);
    } catch {
      // The platform's logger is broken: counters() remains to see it by, and no answer may fail for it.
    }
  }
}
