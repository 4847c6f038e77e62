import type { LandedRange } from './landed-range.ts';

interface PartitionState {
  /** Every record before this offset has landed; undefined until the committed offset is known. */
  next: number | undefined;
  /** Taken but not landed, in order. */
  readonly taken: LandedRange[];
  /** The record behind them that waits for its schema, if one does. */
  waiting: { readonly offset: number; readonly appendedAtMs: number } | undefined;
  /** Append time of the last landed record. Kafka appends in time order, so every earlier record has landed. */
  lastLandedMs: number | undefined;
}

/** How far one partition has landed: a row of landing_progress. Times in epoch milliseconds. */
export interface PartitionProgress {
  readonly partition: number;
  readonly nextOffset: number;
  readonly endOffset: number;
  readonly watermarkMs: number;
}

/** What this process knows about its partitions in the present generation. */
export class LandingProgress {
  /** Grows with everything that may change a report. */
  moves = 0;
  #generation = 0;
  readonly #partitions = new Map<number, PartitionState>();

  assigned(generation: number, partitions: readonly number[]): void {
    this.moves += 1;
    this.#generation = generation;
    this.#partitions.clear();
    for (const partition of partitions) {
      this.#partitions.set(partition, {
        next: undefined,
        taken: [],
        waiting: undefined,
        lastLandedMs: undefined,
      });
    }
  }

  /** The committed offset, read after the assignment: every record before it has landed, here or elsewhere. */
  committed(generation: number, partition: number, next: number): void {
    const state = this.#stateOf(generation, partition);
    if (state) state.next ??= next;
  }

  taken(range: LandedRange): void {
    this.#stateOf(range.generation, range.partition)?.taken.push(range);
  }

  /** A record that cannot be taken yet: until it has landed, it is what the partition lags by. */
  waiting(generation: number, partition: number, offset: number, appendedAtMs: number): void {
    const state = this.#stateOf(generation, partition);
    if (state) state.waiting = { offset, appendedAtMs };
  }

  landed(range: LandedRange): void {
    const state = this.#stateOf(range.generation, range.partition);
    if (!state) return;
    const index = state.taken.indexOf(range);
    if (index !== -1) state.taken.splice(0, index + 1);
    // Control records may arrive after the batch behind them, so the offset must not go back.
    state.next = Math.max(state.next ?? 0, range.lastOffset + 1);
    state.lastLandedMs = range.lastAppendedAtMs ?? state.lastLandedMs;
    if (state.waiting && range.lastOffset >= state.waiting.offset) state.waiting = undefined;
  }

  /**
   * The progress of those partitions about which enough is known. Errs on the early side in every race: the end
   * offset was read after `observedAtMs` and before this call, so a partition that has landed up to it has landed
   * everything appended before `observedAtMs`. That assumes equal clocks; readers keep a margin for clock differences.
   * @param endOffsets by partition
   */
  report(endOffsets: ReadonlyMap<number, number>, observedAtMs: number): PartitionProgress[] {
    return [...this.#partitions].flatMap(([partition, { next, taken, waiting, lastLandedMs }]) => {
      const endOffset = endOffsets.get(partition);
      if (next === undefined || endOffset === undefined) return [];
      const oldestMs = taken.find((range) => range.firstAppendedAtMs !== undefined)?.firstAppendedAtMs;
      const watermarkMs =
        next >= endOffset ? observedAtMs : (oldestMs ?? waiting?.appendedAtMs ?? lastLandedMs);
      if (watermarkMs === undefined) return [];
      return [{ partition, nextOffset: next, endOffset, watermarkMs: Math.min(watermarkMs, observedAtMs) }];
    });
  }

  #stateOf(generation: number, partition: number): PartitionState | undefined {
    this.moves += 1;
    return generation === this.#generation ? this.#partitions.get(partition) : undefined;
  }
}
