/** A line that is not published, and why. */
export interface LineReport {
  readonly line: number;
  readonly reason: string;
}

/** How many lines have one kind of problem. */
export interface KindCount {
  readonly kind: string;
  readonly count: number;
  /** The numbers of the first 20 of them. */
  readonly lines: readonly number[];
  /** Of the first of them. */
  readonly reason: string;
}

export const MAX_REPORTS = 1_000;
const MAX_LINES_PER_KIND = 20;

/** Collects lines that are not published. The list holds the first 1,000; the counts cover all. */
export class LineReports {
  readonly list: LineReport[] = [];
  count = 0;
  readonly #kinds = new Map<string, { count: number; lines: number[]; reason: string }>();

  add(line: number, kind: string, reason: string): void {
    this.count += 1;
    if (this.list.length < MAX_REPORTS) this.list.push({ line, reason });
    const same = this.#kinds.get(kind);
    if (!same) {
      this.#kinds.set(kind, { count: 1, lines: [line], reason });
      return;
    }
    same.count += 1;
    if (same.lines.length < MAX_LINES_PER_KIND) same.lines.push(line);
  }

  /** In the order of their first lines. */
  get kinds(): KindCount[] {
    return Array.from(this.#kinds, ([kind, counted]) => ({ kind, ...counted }));
  }
}
