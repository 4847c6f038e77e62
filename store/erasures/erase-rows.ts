import type { CallEventColumns } from '../decode/call-event-columns.ts';
import type { StringColumn } from '../decode/native-columns.ts';
import type { ErasedUsers } from './erased-users.ts';

/**
 * Gives the calls of erased persons their pseudonym, as user id and as source address, in rows that are not inserted
 * yet. A repeat changes nothing.
 * @returns how many rows it changed
 */
export function eraseRows(columns: CallEventColumns, erased: ErasedUsers): number {
  const users = new Map<number, Buffer>();
  for (const [row, userId] of textsOf(columns.userId)) if (erased.mayHave(userId)) users.set(row, userId);
  if (users.size === 0) return 0;
  const pseudonyms = new Map<number, Buffer>();
  for (const [row, orgId] of textsOf(columns.orgId)) {
    const userId = users.get(row);
    if (userId === undefined) continue;
    const pseudonym = erased.pseudonymOf(orgId.toString('utf8'), userId, columns.occurredAt.at(row));
    if (pseudonym !== undefined) pseudonyms.set(row, Buffer.from(pseudonym));
  }
  if (pseudonyms.size === 0) return 0;
  for (const column of [columns.userId, columns.sourceAddress]) replace(column, pseudonyms);
  return pseudonyms.size;
}

/** The texts of the kept rows, as views: a LEB128 length precedes each. */
function* textsOf({ bytes, length }: StringColumn): Generator<[row: number, text: Buffer]> {
  let at = 0;
  for (let row = 0; at < length; row += 1) {
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    yield [row, bytes.subarray(at, at + size)];
    at += size;
  }
}

/** @param texts of some rows, each of less than 128 bytes */
function replace(column: StringColumn, texts: ReadonlyMap<number, Buffer>): void {
  const { bytes } = column;
  const pieces: Buffer[] = [];
  let keptFrom = 0;
  for (const [row, { byteOffset, length }] of textsOf(column)) {
    const text = texts.get(row);
    if (text === undefined) continue;
    const start = byteOffset - bytes.byteOffset;
    // The length before it: one byte each 7 bits.
    const prefix = length < 0x80 ? 1 : Math.ceil(Math.log2(length + 1) / 7);
    pieces.push(bytes.subarray(keptFrom, start - prefix), Buffer.from([text.length]), text);
    keptFrom = start + length;
  }
  pieces.push(bytes.subarray(keptFrom, column.length));
  column.assign(Buffer.concat(pieces));
}
