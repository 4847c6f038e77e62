import type { AnchorMode } from './anchor.ts';
import type { Progress } from './acknowledgements.ts';
import { createRecord, replaceRecord, type ReplayRecord } from './record.ts';

/** What a run chooses where no earlier one has. */
export interface Choices {
  readonly sha256: string;
  readonly repetitions: number;
  /** Epoch milliseconds of the last line; null for the times as logged. */
  readonly anchorMs: number | null;
  readonly destination: string;
}

/** The record on disk when publishing begins. Its anchor and its ids are those of the first run. */
export async function begin(
  path: string,
  known: ReplayRecord | undefined,
  { sha256, repetitions, anchorMs, destination }: Choices,
): Promise<ReplayRecord> {
  const fresh: ReplayRecord = {
    version: 2,
    sha256,
    laps: repetitions,
    anchor_ms: anchorMs,
    destination,
    progress: startOf(repetitions),
    summary: null,
  };
  const record = known ?? (await createRecord(path, fresh));
  if (record.destination === destination) return record;
  const moved: ReplayRecord = { ...fresh, version: record.version, anchor_ms: record.anchor_ms };
  await replaceRecord(path, moved);
  return moved;
}

/** Where a run with this record begins to publish. */
export function progressOf(
  record: ReplayRecord | undefined,
  repetitions: number,
  destination: string,
): Progress {
  if (record?.destination !== destination) return startOf(repetitions);
  // Version 1 did not count CR as a line end, so its line numbers may be other ones. Repeating its ids is harmless.
  return record.version === 1 ? startOf(repetitions) : record.progress;
}

/** The oldest repetition is first. */
export function startOf(repetitions: number): Progress {
  return { lap: repetitions - 1, line: 0, published: 0 };
}

export function anchorOf(mode: AnchorMode, nowMs: number): number | null {
  if (mode.kind === 'now') return nowMs;
  return mode.kind === 'at' ? mode.atMs : null;
}
