import { createHash } from 'node:crypto';
import { classifyLine, type ClassifiedLine, type LoggedEvent } from './classify.ts';
import { EqualLines } from './equal-lines.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { LogSource } from './source.ts';

/** A line of the log. */
export type ReadLine = { readonly number: number } & (
  | (LoggedEvent & {
      /** How many equal lines stand before it. */
      readonly equalBefore: number;
    })
  | Exclude<ClassifiedLine, LoggedEvent>
);

/** Reads a log once, from its start to its end. */
export class LogReader {
  readonly #source: LogSource;
  readonly #content = createHash('sha256');
  readonly #splitter = new LineSplitter();
  readonly #equalLines = new EqualLines();

  constructor(source: LogSource) {
    this.#source = source;
  }

  /** Some lines at a time. @throws LogUnreadableError, LogUnsortedError */
  async *lines(): AsyncGenerator<ReadLine[]> {
    const read = (line: Line): ReadLine => this.#read(line);
    for await (const chunk of this.#source.chunks()) {
      this.#content.update(chunk);
      yield this.#splitter.push(chunk).map(read);
    }
    yield this.#splitter.end().map(read);
  }

  /** Of the uncompressed content, lower-case hex; once, after the last line. */
  sha256(): string {
    return this.#content.digest('hex');
  }

  #read(line: Line): ReadLine {
    const { number } = line;
    const classified = classifyLine(line);
    if (classified.kind !== 'call') return { ...classified, number };
    const { digest, loggedAtMs } = classified;
    return { ...classified, number, equalBefore: this.#equalLines.countBefore(digest, loggedAtMs, number) };
  }
}
