/** What stands at an offset of a log. */
export type Kind = 'row' | 'dead' | 'unpublished';

/** A row of landed_ranges, and the offsets of the dead letters that were recorded before it. */
export interface Delivery {
  readonly range: {
    readonly topic: string;
    readonly partition: number;
    readonly first_offset: number;
    readonly last_offset: number;
    readonly rows: number;
    readonly quarantined: number;
    readonly unpublished: readonly (readonly [number, number])[];
    readonly landed_at: string;
  };
  readonly deadLetters: readonly number[];
}

/** A log and what of it was delivered, counted offset by offset. */
export class PlainLog {
  /** When the last range was recorded: long ago, epoch milliseconds. */
  clock = Date.UTC(2026, 0, 1);
  readonly #topic: string;
  readonly #partitions: readonly (readonly Kind[])[];
  readonly #delivered: Delivery['range'][] = [];

  constructor(topic: string, partitions: readonly (readonly Kind[])[]) {
    this.#topic = topic;
    this.#partitions = partitions;
  }

  /** Delivers some offsets from the one that `at` chooses on. */
  deliver(at: number, length: number): Delivery {
    this.clock += 1;
    const partition = at % this.#partitions.length;
    const kinds = this.#partitions[partition] ?? [];
    const first = Math.floor(at / this.#partitions.length) % kinds.length;
    const last = Math.min(kinds.length, first + length) - 1;
    const offsetsOf = (wanted: Kind): number[] =>
      kinds.flatMap((kind, offset) => (kind === wanted && offset >= first && offset <= last ? [offset] : []));
    const deadLetters = offsetsOf('dead');
    const range = {
      topic: this.#topic,
      partition,
      first_offset: first,
      last_offset: last,
      rows: offsetsOf('row').length,
      quarantined: deadLetters.length,
      unpublished: offsetsOf('unpublished').map((offset): [number, number] => [offset, offset]),
      landed_at: new Date(this.clock).toISOString(),
    };
    this.#delivered.push(range);
    return { range, deadLetters };
  }

  figures() {
    const partitions = this.#partitions.flatMap((kinds, partition) => {
      const offsets = this.#offsets(partition);
      const landed = new Set(offsets);
      if (landed.size === 0) return [];
      return {
        partition,
        next: Math.max(...offsets) + 1,
        covered: landed.size,
        unpublished: [...landed].filter((offset) => kinds[offset] === 'unpublished').length,
        deliveries: offsets.length,
      };
    });
    return {
      partitions,
      rows: this.#delivered.reduce((sum, { rows }) => sum + rows, 0),
      end: Math.max(0, ...partitions.map(({ next }) => next)),
    };
  }

  /** The offsets that were passed over, as differences. */
  gaps(): string[] {
    return this.#partitions.flatMap((_, partition) => {
      const landed = new Set(this.#offsets(partition));
      const found: string[] = [];
      let first = 0;
      for (let offset = 0; offset <= Math.max(-1, ...landed); offset += 1) {
        if (!landed.has(offset)) continue;
        const where = `${this.#topic} partition ${partition}, offsets ${first} to ${offset - 1}`;
        if (offset > first) found.push(`offsets-not-landed ${where}`);
        first = offset + 1;
      }
      return found;
    });
  }

  #offsets(wanted: number): number[] {
    return this.#delivered
      .filter(({ partition }) => partition === wanted)
      .flatMap(({ first_offset: first, last_offset: last }) =>
        Array.from({ length: last + 1 - first }, (_, each) => first + each),
      );
  }
}
