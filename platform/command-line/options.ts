import { parseArgs } from 'node:util';
import { UsageError } from './command.ts';

/** What a command takes: options with a value, and flags. */
type OptionTypes = Readonly<Record<string, 'string' | 'boolean'>>;

/** The options and words of a command, each with its checks; every complaint shows the usage. */
export class Options<Types extends OptionTypes> {
  readonly #usage: string;
  readonly #values: ReadonlyMap<string, unknown>;
  /** What stands there besides the options; empty unless allowed. */
  readonly words: readonly string[];

  /** @param allowWords whether anything but options may be given. @throws UsageError */
  constructor(usage: string, types: Types, args: readonly string[], allowWords = false) {
    this.#usage = usage;
    const options = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
    try {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: allowWords,
        options: { ...options, help: { type: 'boolean' } },
      });
      this.#values = new Map(Object.entries(values));
      this.words = positionals;
    } catch (error) {
      throw this.wrong(error instanceof Error ? error.message : String(error));
    }
  }

  wrong(problem: string): UsageError {
    return new UsageError(problem, this.#usage);
  }

  /** The names of the options that are given. */
  get given(): string[] {
    return [...this.#values.keys()];
  }

  has(name: (keyof Types & string) | 'help'): boolean {
    return this.#values.has(name);
  }

  /** Undefined where it is not given; an empty text counts as a mistake. */
  text(name: keyof Types & string): string | undefined {
    const value = this.#values.get(name);
    if (value === '') throw this.wrong(`--${name} is empty.`);
    return typeof value === 'string' ? value : undefined;
  }

  required(name: keyof Types & string): string {
    const text = this.text(name);
    if (text === undefined) throw this.wrong(`--${name} is missing.`);
    return text;
  }

  integer(name: keyof Types & string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text))
      throw this.wrong(`--${name} is a whole number, not ${JSON.stringify(text)}.`);
    return Number(text);
  }
}
