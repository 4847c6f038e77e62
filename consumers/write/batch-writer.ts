import { setTimeout as delay } from 'node:timers/promises';
import type { Block } from './insert-batch.ts';

const HEARTBEAT_MS = 500;

/**
 * Two blocks in turn: one is filled while the other lands, strictly one insert after the other. A block goes when
 * it is full, or when its first record has waited `ageMs` for company, so that at low traffic many partitions
 * share an insert. Memory is bounded by the two blocks: when both are full, whoever asks for room waits.
 */
export class BatchWriter {
  #open: Block;
  #spare: Block;
  #landing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  #gaveUp = false;
  readonly #ageMs: number;
  readonly #land: (block: Block) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;

  /**
   * @param land resolves when everything in the block is safe; it retries by itself and rejects only to give up
   * @param onFailure gets what it rejected with; the block is then never landed
   */
  constructor(
    blocks: readonly [Block, Block],
    ageMs: number,
    land: (block: Block) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    [this.#open, this.#spare] = blocks;
    this.#ageMs = ageMs;
    this.#land = land;
    this.#onFailure = onFailure;
  }

  /**
   * The block to add to. To be asked for after every await, and not to be kept over one: whenever the caller waits,
   * be it for a promise that is resolved already, the block may go to land, and what is added to it then is lost.
   */
  get open(): Block {
    return this.#open;
  }

  /** Ends when the open block has room for a record. */
  async untilRoom(heartbeat: () => Promise<void>): Promise<void> {
    while (this.#open.isFull) {
      this.#landIfIdle();
      if (!this.#open.isFull) break;
      await Promise.race([this.#landing, delay(HEARTBEAT_MS)]);
      await heartbeat();
    }
  }

  /** Says that something was added: to be called after a batch. */
  added(): void {
    if (this.#open.isFull) this.#landIfIdle();
    if (this.#open.isEmpty) return;
    this.#timer ??= setTimeout(() => {
      this.#isDue = true;
      this.#landIfIdle();
    }, this.#ageMs);
  }

  /** Lands what is there now, without waiting for company; returns early only where landing gave up. */
  async drain(): Promise<void> {
    for (;;) {
      this.#landIfIdle();
      if (!this.#landing || this.#gaveUp) return;
      await this.#landing;
    }
  }

  #landIfIdle(): void {
    if (this.#landing || this.#open.isEmpty) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    const block = this.#open;
    this.#open = this.#spare;
    this.#landing = this.#landAndReturn(block);
  }

  async #landAndReturn(block: Block): Promise<void> {
    try {
      await this.#land(block);
    } catch (error) {
      this.#gaveUp = true;
      this.#onFailure(error);
      return;
    }
    block.clear();
    this.#spare = block;
    this.#landing = undefined;
    if (this.#isDue || this.#open.isFull) this.#landIfIdle();
    else this.added();
  }
}
