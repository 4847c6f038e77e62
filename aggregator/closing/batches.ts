import type { Day } from '../../domain/calendar/zone-days.ts';
import type { Candidate } from '../../store/charges/days-to-close.ts';

/** Organisations whose days have the same date and bounds: one query reads the usage of all of them. */
export interface Window {
  readonly day: Day;
  readonly orgIds: readonly string[];
}

/** D: figures and records of so many days take a few megabytes. */
const DAYS_PER_BATCH = 1_000;

/**
 * Cuts days into batches, each day once: what is read, computed and appended at once. So memory does not grow with the
 * number of organisations, and a batch can be read while another one lands.
 */
export function* batchesOf(
  candidates: readonly Candidate[],
  daysPerBatch = DAYS_PER_BATCH,
): Generator<Window[], undefined> {
  let batch: Window[] = [];
  let room = daysPerBatch;
  for (const { day, orgIds } of windowsOf(candidates)) {
    for (let start = 0; start < orgIds.length;) {
      const some = orgIds.slice(start, start + room);
      batch.push({ day, orgIds: some });
      start += some.length;
      room -= some.length;
      if (room > 0) continue;
      yield batch;
      batch = [];
      room = daysPerBatch;
    }
  }
  if (batch.length > 0) yield batch;
}

function windowsOf(candidates: readonly Candidate[]): Window[] {
  const windows = new Map<string, { day: Day; orgIds: Set<string> }>();
  for (const { orgId, day } of candidates) {
    const key = `${day.date} ${day.from} ${day.to}`;
    const window = windows.get(key) ?? { day, orgIds: new Set() };
    windows.set(key, window);
    window.orgIds.add(orgId);
  }
  return [...windows.values()].map(({ day, orgIds }) => ({ day, orgIds: [...orgIds] }));
}
