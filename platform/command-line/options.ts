import { parseArgs } from 'node:util';
import { UsageError } from './command.ts';

/** The options of a command: `string` for one with a value, `boolean` for a flag. */
type OptionTypes = Readonly<Record<string, 'string' | 'boolean'>>;

/** The validated options and words of a command line. Every UsageError shows the usage. */
export class Options<Types extends OptionTypes> {
  readonly #usage: string;
  readonly #values: ReadonlyMap<string, unknown>;
  /** The arguments that are not options; empty unless allowed. */
  readonly words: readonly string[];

  /**
   * @param allowWords whether the command takes arguments that are not options
   * @throws UsageError
   */
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

  /** A UsageError with this problem, to throw. */
  wrong(problem: string): UsageError {
    return new UsageError(problem, this.#usage);
  }

  /** The names of the options on the command line. */
  get given(): string[] {
    return [...this.#values.keys()];
  }

  has(name: (keyof Types & string) | 'help'): boolean {
    return this.#values.has(name);
  }

  /** The value of an option; undefined where it is absent. @throws UsageError for an empty value */
  text(name: keyof Types & string): string | undefined {
    const value = this.#values.get(name);
    if (value === '') throw this.wrong(`--${name} is empty.`);
    return typeof value === 'string' ? value : undefined;
  }

  /** The value of a required option. @throws UsageError where it is absent or empty */
  required(name: keyof Types & string): string {
    const text = this.text(name);
    if (text === undefined) throw this.wrong(`--${name} is missing.`);
    return text;
  }

  /** A whole number of at most 15 digits; undefined where the option is absent. @throws UsageError for another value */
  integer(name: keyof Types & string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text))
      throw this.wrong(`--${name} must be a whole number, not ${JSON.stringify(text)}.`);
    return Number(text);
  }
}
