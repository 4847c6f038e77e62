import { createHash, hash } from 'node:crypto';
import { classifyLine, type ClassifiedLine, type NotPublished } from './classify.ts';
import { EqualLines } from './equal-lines.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { LogSource } from './source.ts';

type Call = Extract<ClassifiedLine, { kind: 'call' }>;

/** A line of the log, with its number. A call has what identifies it: see ids.ts. */
export type ReadLine = { readonly number: number } & (
  | (Call & { readonly digest: string; readonly equalBefore: number })
  | { readonly kind: 'blank' }
  | NotPublished
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

  #read({ number, bytes }: Line): ReadLine {
    const classified = classifyLine({ bytes });
    if (classified.kind !== 'call' || bytes === undefined) return { ...classified, number };
    const digest = hash('sha256', bytes, 'base64url');
    const equalBefore = this.#equalLines.countBefore(digest, classified.loggedAtMs, number);
    return { ...classified, number, digest, equalBefore };
  }
}
