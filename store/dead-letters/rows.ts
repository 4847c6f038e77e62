import type { Place } from '../../schemas/dead-letter.ts';

/** A dead letter with its bytes. */
export interface BytesOfDeadLetter extends Place {
  /** Epoch milliseconds. */
  readonly appendedAtMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** The columns of dead_letter_bytes, in the order of deadLetterRows. */
export const DEAD_LETTER_COLUMNS = 'topic, partition, offset, appended_at, key, value';

/**
 * Dead letters as rows of dead_letter_bytes in RowBinary: JSON has no bytes.
 * Source: ClickHouse documentation, "RowBinary".
 */
export function deadLetterRows(deadLetters: readonly BytesOfDeadLetter[]): Buffer[] {
  return deadLetters.flatMap(({ topic, partition, offset, appendedAtMs, key, value }) => {
    const numbers = Buffer.alloc(2 + 8 + 8);
    numbers.writeUInt16LE(partition);
    numbers.writeBigUInt64LE(BigInt(offset), 2);
    numbers.writeBigInt64LE(BigInt(appendedAtMs), 10);
    return [...text(Buffer.from(topic)), numbers, ...nullable(key), ...nullable(value)];
  });
}

const PRESENT = Buffer.from([0]);
const NULL = Buffer.from([1]);

const nullable = (bytes: Buffer | null): Buffer[] => (bytes ? [PRESENT, ...text(bytes)] : [NULL]);
const text = (bytes: Buffer): Buffer[] => [varint(bytes.length), bytes];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80);
  return Buffer.from([...bytes, left]);
}
