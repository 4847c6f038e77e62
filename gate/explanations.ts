import { endsWithin } from '../platform/deadline.ts';
import type { Shortage } from '../domain/gate/protocol.ts';

export interface ExplanationsOptions {
  /** Why a call of so many credits does not fit, and until when. */
  readonly explain: (needed: number) => Promise<Shortage>;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** Answers to calls that do not fit share an explanation for so long. */
const EXPLAINED_FOR_MS = 1_000;
/** That a call does not fit is known without it, and an API server's calls wait for the answer. */
const EXPLAINED_WITHIN_MS = 2_000;

/** Explains the rejections of one limit, one after the other. Each also serves the calls that need no more. */
export class Explanations {
  readonly #options: ExplanationsOptions;
  #running: { readonly needed: number; readonly shortage: Promise<Shortage | undefined> } | undefined;
  #last: { readonly at: number; readonly shortage: Shortage } | undefined;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
  }

  /** Never rejects. @returns undefined where ClickHouse does not say so soon: then a later answer explains it */
  async of(needed: number): Promise<Shortage | undefined> {
    const shortage = this.#shortage(needed);
    return (await endsWithin(shortage, EXPLAINED_WITHIN_MS)) ? shortage : undefined;
  }

  async #shortage(needed: number): Promise<Shortage | undefined> {
    for (;;) {
      const last = this.#last;
      const isNew = last !== undefined && this.#options.uptime() - last.at < EXPLAINED_FOR_MS;
      if (isNew && last.shortage.needed >= needed) return last.shortage;
      const running = (this.#running ??= { needed, shortage: this.#explain(needed) });
      const shortage = await running.shortage;
      if (this.#running === running) this.#running = undefined;
      if (running.needed >= needed) return shortage;
    }
  }

  /** Never rejects. */
  async #explain(needed: number): Promise<Shortage | undefined> {
    const { explain, uptime, onFailure } = this.#options;
    try {
      const shortage = await explain(needed);
      this.#last = { at: uptime(), shortage };
      return shortage;
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  }
}
