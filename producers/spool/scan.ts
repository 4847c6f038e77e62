import { isTorn, recordAt, type StoredRecord } from './segment-format.ts';

export interface Scan {
  /** Every whole record, in order, also those after a damaged one. */
  readonly records: readonly StoredRecord[];
  /** The offset after the last whole record. */
  readonly end: number;
  /** The offset of the first damage. A torn tail is none: what lies there was never reported as durable. */
  readonly damagedAt: number | undefined;
}

/**
 * Reads the records of a segment, whose numbers rise by one.
 * @param bytes of the segment
 * @param start the offset of a record in them
 * @param from its number
 * @param to after the last record's number; what lies behind that record is not read
 */
export function scanRecords(bytes: Buffer, start: number, from: number, to: number): Scan {
  const records: StoredRecord[] = [];
  let damagedAt: number | undefined;
  let end = start;
  let next = from;
  for (let record = nextRecord(bytes, end, next, to); record; record = nextRecord(bytes, end, next, to)) {
    if (record.start !== end) damagedAt ??= end;
    records.push(record);
    next = record.number + 1;
    end = record.end;
  }
  if (next < to && end < bytes.length && !isTorn(bytes, end)) damagedAt ??= end;
  return { records, end, damagedAt };
}

/** Whole records may follow a damaged one: their numbers, lengths and checksums show where. */
function nextRecord(bytes: Buffer, at: number, from: number, to: number): StoredRecord | undefined {
  if (from >= to) return undefined;
  for (let start = at; start < bytes.length; start += 1) {
    const record = recordAt(bytes, start, from, to);
    if (record) return record;
  }
  return undefined;
}
