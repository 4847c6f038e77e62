interface FailingStep {
  readonly what: string;
  /** Of its first failure in a row, epoch milliseconds. */
  readonly sinceMs: number;
}

/** The steps that are being retried now, for /readyz: one that keeps failing means that nothing lands. */
export class FailingSteps {
  readonly #now: () => number;
  readonly #failing = new Map<object, FailingStep>();

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param step identifies it. @param what as the log names it */
  failed(step: object, what: string): void {
    if (!this.#failing.has(step)) this.#failing.set(step, { what, sinceMs: this.#now() });
  }

  succeeded(step: object): void {
    this.#failing.delete(step);
  }

  /** How long the one that failed first has been failing; 0 if none is. */
  longestMs(): number {
    return Math.max(0, ...[...this.#failing.values()].map(({ sinceMs }) => this.#now() - sinceMs));
  }

  /** Those that have failed for longer. */
  longerThan(ms: number): readonly FailingStep[] {
    return [...this.#failing.values()].filter(({ sinceMs }) => this.#now() - sinceMs > ms);
  }
}
