import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidSpoolOptionsError } from './errors.ts';
import type { SpoolOptions } from './spool-options.ts';

/** The options of a spool, completed and checked. */
export interface SpoolSettings extends Required<SpoolOptions> {
  /** A segment is closed at this size. Room is freed by deleting segments, so it is a small part of maxBytes. */
  readonly segmentBytes: number;
}

const MIB = 1024 * 1024;
const DEFAULTS = {
  maxBytes: 1024 * MIB,
  resolveWhen: 'spooled',
  whenFull: 'reject',
  fsyncEveryMs: 5,
} as const;
const MAX_SEGMENT_BYTES = 8 * MIB;
const SEGMENTS = 8;
/** A socket's path has at most 103 bytes on macOS (107 on Linux), of which the lock's own name takes 23. */
const MAX_DIRECTORY_BYTES = 80;
const OTHERS_MAY_WRITE = 0o022;

/**
 * Completes the options, and creates the directory where it is missing.
 * @throws InvalidSpoolOptionsError with every problem
 */
export function spoolSettings(options: SpoolOptions, maxEventBytes: number): SpoolSettings {
  const { maxBytes, resolveWhen, whenFull, fsyncEveryMs } = { ...DEFAULTS, ...options };
  const minBytes = Math.max(MIB, 2 * SEGMENTS * maxEventBytes);
  const problems: string[] = [];
  if (!Number.isSafeInteger(maxBytes) || maxBytes < minBytes) {
    problems.push(`spool.maxBytes is ${maxBytes}: set it to a whole number of at least ${minBytes}.`);
  }
  if (resolveWhen !== 'spooled' && resolveWhen !== 'acknowledged') {
    problems.push(`spool.resolveWhen is ${JSON.stringify(resolveWhen)}: use 'spooled' or 'acknowledged'.`);
  }
  if (whenFull !== 'reject' && whenFull !== 'wait') {
    problems.push(`spool.whenFull is ${JSON.stringify(whenFull)}: use 'reject' or 'wait'.`);
  }
  if (!(fsyncEveryMs >= 0 && fsyncEveryMs <= 1_000)) {
    problems.push(`spool.fsyncEveryMs is ${fsyncEveryMs}: set it to 0 to 1,000 milliseconds.`);
  }
  problems.push(...directoryProblems(options.directory));
  if (problems.length > 0) throw new InvalidSpoolOptionsError(problems);
  const segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(maxBytes / SEGMENTS));
  return {
    directory: resolve(options.directory),
    maxBytes,
    resolveWhen,
    whenFull,
    fsyncEveryMs,
    segmentBytes,
  };
}

function directoryProblems(given: unknown): string[] {
  if (process.platform === 'win32') return ['The spool needs Linux or macOS: leave out spool on Windows.'];
  if (typeof given !== 'string' || given === '') return ['Set spool.directory to the path of a directory.'];
  const directory = resolve(given);
  if (Buffer.byteLength(directory) > MAX_DIRECTORY_BYTES) {
    return [`spool.directory ${directory} is longer than ${MAX_DIRECTORY_BYTES} bytes: use a shorter path.`];
  }
  try {
    const stats = statSync(directory, { throwIfNoEntry: false });
    if (stats === undefined) {
      mkdirSync(directory, { mode: 0o700 });
      return [];
    }
    if (!stats.isDirectory()) return [`spool.directory ${directory} is not a directory: name another path.`];
    // Who may write there may forge events. 0777 is what volumes often have at their root.
    if (stats.mode & OTHERS_MAY_WRITE) {
      return [`Others may write to spool.directory ${directory}: use a directory in it, or chmod 700 it.`];
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      `spool.directory ${directory} cannot be used (${reason}): its parent must exist, and be writable.`,
    ];
  }
}
