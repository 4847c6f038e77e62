import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { types } from 'node:util';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { AnchorMode } from './anchor.ts';
import { ReplaySummary } from './summary.ts';

/** What a replay records under DATA_DIR/replay/: one file per content, number of repetitions and anchor mode. */
export const ReplayRecord = Type.Object({
  /** Of what the event ids are made of (ids.ts): 1 is the whole content, 2 the line. It stays as it began. */
  version: Type.Union([Type.Literal(1), Type.Literal(2)]),
  sha256: Type.String(),
  /** Repetitions. */
  laps: Type.Integer(),
  /** Epoch milliseconds of the last line; null for the times as logged. Chosen once, never changed. */
  anchor_ms: Type.Union([Type.Integer(), Type.Null()]),
  /** The cluster and topic of the progress: to any other, no event has been published yet. */
  destination: Type.String(),
  /** Kafka acknowledged everything up to this line of this repetition. The oldest is first: N-1 .. 0. */
  progress: Type.Object({ lap: Type.Integer(), line: Type.Integer(), published: Type.Integer() }),
  /** Of the last complete replay to this destination; null if there was none. */
  summary: Type.Union([ReplaySummary, Type.Null()]),
});
export type ReplayRecord = Static<typeof ReplayRecord>;

const compiled = Compile(ReplayRecord);

/** The record is not as the replay wrote it. */
export class RecordUnreadableError extends Error {
  readonly code = 'REPLAY_RECORD_UNREADABLE';
  constructor(path: string) {
    super(
      `${path} is not as the replay wrote it. Restore it, or remove it; but then --shift-to-now chooses a new anchor ` +
        'and the log counts a second time.',
    );
    this.name = 'RecordUnreadableError';
  }
}

/** The path of a replay's record. */
export function recordPath(dataDir: string, sha256: string, repetitions: number, mode: AnchorMode): string {
  const anchored = mode.kind === 'at' ? `at-${mode.atMs}` : mode.kind;
  return join(dataDir, 'replay', `${sha256.slice(0, 16)}-${repetitions}-${anchored}.json`);
}

/** The record, or undefined if this replay has not begun. @throws RecordUnreadableError */
export async function readRecord(path: string): Promise<ReplayRecord | undefined> {
  let record: unknown;
  try {
    record = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    if (error instanceof SyntaxError) throw new RecordUnreadableError(path);
    throw error;
  }
  if (!compiled.Check(record)) throw new RecordUnreadableError(path);
  return record;
}

/**
 * Writes the first record of a replay. If two begin at once, both get the record of the first one, so that the anchor is
 * chosen once.
 */
export async function createRecord(path: string, record: ReplayRecord): Promise<ReplayRecord> {
  const written = await writeBeside(path, record);
  try {
    await link(written, path);
    await syncFolder(dirname(path));
    return record;
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    const first = await readRecord(path);
    if (first === undefined) throw error;
    return first;
  } finally {
    await unlink(written);
  }
}

/** Replaces the record; a crash leaves the old or the new one, whole. */
export async function replaceRecord(path: string, record: ReplayRecord): Promise<void> {
  await rename(await writeBeside(path, record), path);
  await syncFolder(dirname(path));
}

async function writeBeside(path: string, record: ReplayRecord): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(record, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return beside;
}

/** A new name is durable only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** isNativeError, because in jest the errors of node:fs come from another realm, where instanceof fails. */
function isSystemError(error: unknown, code: string): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === code;
}
