import { isAbsolute, join } from 'node:path';
import { parseInstant } from '../../domain/instants.ts';
import { Options } from '../../platform/command-line/options.ts';
import type { AnchorMode } from './anchor.ts';

export const USAGE = `npm run replay -- FILE [--laps N] [--shift-to-now | --anchor INSTANT]

Publishes an access log in the common or combined format, plain or .gz; - is standard input. A log that is published
again with the same times counts once, also if it grew, or was rotated, sorted or joined with others in between. Join
several logs, or parts of one, by: cat FILE... | npm run replay -- -

  --laps N          repeats the log N times, end to end; the newest repetition is last (default 1)
  --shift-to-now    moves the last line to now: the moment of the first such replay of this log and --laps
  --anchor INSTANT  moves the last line there, for example 2026-03-01T12:00:00Z
  --once            publishes nothing if this replay is complete
  --json            JSON lines instead of text: {"progress":...} and at the end {"summary":...,"skipped":...}

Without --shift-to-now and --anchor the times are as logged. Settings: KAFKA_BROKERS and TOPIC_PREFIX (otherwise those
of the local stack of DATA_DIR), DATA_DIR, LATENESS_LIMIT_MS, FUTURE_LIMIT_MS, LOG_LEVEL.
`;

export interface ReplayArguments {
  readonly file: string;
  readonly repetitions: number;
  readonly anchor: AnchorMode;
  readonly once: boolean;
  readonly json: boolean;
}

const TYPES = {
  laps: 'string',
  'shift-to-now': 'boolean',
  anchor: 'string',
  once: 'boolean',
  json: 'boolean',
} as const;
/** Eight repetitions of the sample span 31 days, so this many exceed every lateness limit. */
const MAX_REPETITIONS = 1_000;

/**
 * @param workingFolder what a relative FILE is relative to: the folder in which the user called npm
 * @returns undefined if help is requested. @throws UsageError
 */
export function readArguments(args: readonly string[], workingFolder: string): ReplayArguments | undefined {
  const options = new Options(USAGE, TYPES, args, true);
  if (options.has('help')) return undefined;
  const [file, ...more] = options.words;
  if (file === undefined || file === '')
    throw options.wrong('FILE is missing: give the path of a log, or - for standard input.');
  if (more.length > 0) throw options.wrong(`Give one log only; ${more.join(' ')} is not expected.`);
  if (options.has('shift-to-now') && options.has('anchor'))
    throw options.wrong('--shift-to-now and --anchor exclude each other.');
  return {
    file: file === '-' || isAbsolute(file) ? file : join(workingFolder, file),
    repetitions: repetitionsOf(options),
    anchor: options.has('shift-to-now') ? { kind: 'now' } : anchorOf(options),
    once: options.has('once'),
    json: options.has('json'),
  };
}

function repetitionsOf(options: Options<typeof TYPES>): number {
  const repetitions = options.integer('laps') ?? 1;
  if (repetitions >= 1 && repetitions <= MAX_REPETITIONS) return repetitions;
  throw options.wrong(`--laps must be a number from 1 to ${MAX_REPETITIONS}, not ${repetitions}.`);
}

function anchorOf(options: Options<typeof TYPES>): AnchorMode {
  const text = options.text('anchor');
  if (text === undefined) return { kind: 'as-logged' };
  const atMs = parseInstant(text);
  if (atMs !== undefined) return { kind: 'at', atMs };
  throw options.wrong(
    `--anchor is an instant like 2026-03-01T12:00:00Z; ${JSON.stringify(text)} is not one.`,
  );
}
