import type { EventCursor, EventRecord } from './record-decoder.ts';

const EMPTY = Buffer.alloc(0);

/** A record that stands alone, as the decoder reads it from a fetch. */
export function recordOf(value: Buffer | null, offset: number): EventRecord {
  if (value === null) return { bytes: EMPTY, valueStart: -1, valueEnd: -1, value, offset };
  return { bytes: value, valueStart: 0, valueEnd: value.length, value, offset };
}

/** Walks through records that are in memory. */
export function cursorOf(records: readonly EventRecord[]): EventCursor {
  let index = -1;
  return {
    next: () => ++index < records.length,
    get offset() {
      return records[index]?.offset ?? -1;
    },
    get value() {
      return records[index]?.value ?? null;
    },
  };
}
