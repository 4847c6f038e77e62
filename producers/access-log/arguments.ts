import { isAbsolute, join } from 'node:path';
import { Options } from '../../platform/command-line/options.ts';
import type { AnchorMode } from './anchor.ts';
import { parseInstant } from '../../domain/instants.ts';

export const USAGE = `npm run replay -- FILE [--laps N] [--shift-to-now | --anchor INSTANT]

Publishes an access log in the common or combined format, plain or .gz, - for standard input. The same log
published again to the same times counts once.

  --laps N          lays the log end to end N times, the newest lap last (1)
  --shift-to-now    moves the last line to now: to the moment of the first such replay of this log and laps
  --anchor INSTANT  moves the last line there, for example 2026-03-01T12:00:00Z
  --once            publishes nothing where this replay is complete
  --json            JSON lines instead of text: {"progress":...} and at the end {"summary":...,"skipped":...}

Without --shift-to-now and --anchor the times are as logged. Settings: KAFKA_BROKERS and TOPIC_PREFIX (otherwise those
of the local stack of DATA_DIR), DATA_DIR, LATENESS_LIMIT_MS, FUTURE_LIMIT_MS, LOG_LEVEL.
`;

export interface ReplayArguments {
  readonly file: string;
  readonly laps: number;
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
/** The sample is moved by 31 days with 8 laps; so many laps lie beyond every lateness limit. */
const MAX_LAPS = 1_000;

/**
 * @param workingFolder what a relative FILE is relative to: where npm was called, not where it went
 * @returns undefined where help was asked for. @throws UsageError
 */
export function readArguments(args: readonly string[], workingFolder: string): ReplayArguments | undefined {
  const options = new Options(USAGE, TYPES, args, true);
  if (options.has('help')) return undefined;
  const [file, ...more] = options.words;
  if (file === undefined || file === '') throw options.wrong('Which log? FILE is missing.');
  if (more.length > 0) throw options.wrong(`One log at a time; ${more.join(' ')} is too much.`);
  if (options.has('shift-to-now') && options.has('anchor'))
    throw options.wrong('--shift-to-now and --anchor exclude each other.');
  return {
    file: file === '-' || isAbsolute(file) ? file : join(workingFolder, file),
    laps: lapsOf(options),
    anchor: options.has('shift-to-now') ? { kind: 'now' } : anchorOf(options),
    once: options.has('once'),
    json: options.has('json'),
  };
}

function lapsOf(options: Options<typeof TYPES>): number {
  const laps = options.integer('laps') ?? 1;
  if (laps >= 1 && laps <= MAX_LAPS) return laps;
  throw options.wrong(`--laps is a number from 1 to ${MAX_LAPS}, not ${laps}.`);
}

function anchorOf(options: Options<typeof TYPES>): AnchorMode {
  const text = options.text('anchor');
  if (text === undefined) return { kind: 'as-logged' };
  const atMs = parseInstant(text);
  if (atMs !== undefined) return { kind: 'at', atMs };
  throw options.wrong(`--anchor is an instant like 2026-03-01T12:00:00Z, not ${JSON.stringify(text)}.`);
}
