import { Readable } from 'node:stream';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { formatInstant } from '../../domain/instants.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { DEAD_LETTER_COLUMNS, deadLetterRows } from '../dead-letters/rows.ts';
import type { DeadLetterTool } from '../dead-letters/tool.ts';
import { walkDeadLetters } from '../dead-letters/walk.ts';
import type { ReadableMessage } from '../decode/record-decoder.ts';
import { pseudonymOf, type Erasure } from './erasure.ts';
import { callerOf, eraseMessage, eraseUnreadable, MIN_SEARCHED_BYTES } from './erase-message.ts';

export interface ErasedDeadLetters {
  /** How many were looked at. */
  readonly read: number;
  readonly rewritten: number;
  /** Of those: bytes that could not be read, with the id in them, and were replaced as a whole. */
  readonly replaced: number;
  /** The ones that cannot be read as far as the user id and in which the id was not found. */
  readonly unreadable: number;
}

export interface DeadLetterErasing {
  readonly client: ClickHouseClient;
  readonly validator: Pick<DeadLetterTool['validator'], 'read'>;
  /** Deletes older rows of the dead letters that have a pseudonym. */
  readonly deleteReplaced: (pseudonym: string) => Promise<void>;
  /** Gets how many were looked at. */
  readonly progress: (done: number) => void;
}

/**
 * Replaces a person's id and source addresses in the bytes of dead letters, so that they can still be replayed. Bytes
 * that cannot be read are searched for the id, as Avro writes it and then as it is.
 */
export async function eraseDeadLetters(
  { client, validator, deleteReplaced, progress }: DeadLetterErasing,
  erasure: Erasure,
  userId: string,
): Promise<ErasedDeadLetters> {
  let [read, rewritten, replaced, unreadable] = [0, 0, 0, 0];
  // Also of dead letters that an earlier run rewrote and that still have their older rows.
  const pseudonyms = new Set<string>();
  const filters = erasure.org_id === '' ? {} : { org: erasure.org_id };
  for await (const chunk of walkDeadLetters(client, filters)) {
    const messages = await validator.read(chunk);
    const changed: Rewritten[] = [];
    for (const [index, deadLetter] of chunk.entries()) {
      const message = messages[index];
      const value = deadLetter.bytes?.value;
      if (!value || !message) continue;
      const result = rewrittenBytes(deadLetter, value, message, erasure, userId);
      if (result) changed.push(result);
      else if (!callerOf(message)) unreadable += 1;
      const pseudonym = pseudonymFor(deadLetter, message, erasure);
      if (result || value.includes(pseudonym)) pseudonyms.add(pseudonym);
    }
    await writeAgain(client, changed);
    rewritten += changed.length;
    replaced += changed.filter(({ isReplaced }) => isReplaced).length;
    progress((read += chunk.length));
  }
  for (const pseudonym of pseudonyms) await deleteReplaced(pseudonym);
  return { read, rewritten, replaced, unreadable };
}

const pseudonymFor = (deadLetter: DeadLetter, message: ReadableMessage, erasure: Erasure): string =>
  pseudonymOf(erasure, callerOf(message)?.orgId ?? deadLetter.org_id);

/** A dead letter with its new bytes. */
interface Rewritten extends DeadLetter {
  readonly value: Buffer;
  /** As a whole. */
  readonly isReplaced: boolean;
}

/** @returns undefined where the id is not in it */
function rewrittenBytes(
  deadLetter: DeadLetter,
  value: Buffer,
  message: ReadableMessage,
  erasure: Erasure,
  userId: string,
): Rewritten | undefined {
  const caller = callerOf(message);
  const pseudonym = pseudonymFor(deadLetter, message, erasure);
  const rewrittenAs = (bytes: Buffer, isReplaced = false): Rewritten => ({
    ...deadLetter,
    value: bytes,
    isReplaced,
  });
  if (caller) {
    return caller.userId === userId ? rewrittenAs(eraseMessage(value, message, pseudonym)) : undefined;
  }
  const id = Buffer.from(userId);
  if (id.length < MIN_SEARCHED_BYTES || !value.includes(id)) return undefined;
  const bytes = eraseUnreadable(value, (text) => (text.equals(id) ? pseudonym : undefined));
  return bytes && !bytes.includes(id) ? rewrittenAs(bytes) : rewrittenAs(Buffer.from(pseudonym), true);
}

/** The newer row of a place counts. The size decides whether bytes were cut, so it follows them. */
async function writeAgain(client: ClickHouseClient, changed: readonly Rewritten[]): Promise<void> {
  if (changed.length === 0) return;
  const rows = deadLetterRows(
    changed.map((each) => ({ ...each, appendedAtMs: each.appended, key: each.bytes?.key ?? null })),
  );
  const { stream } = await client.exec({
    query: `INSERT INTO dead_letter_bytes (${DEAD_LETTER_COLUMNS}) FORMAT RowBinary`,
    values: Readable.from(rows),
  });
  stream.resume();
  await client.insert({
    table: 'quarantined',
    values: changed.map((each) => ({
      topic: each.topic,
      partition: each.partition,
      offset: each.offset,
      reason: each.reason,
      detail: each.detail,
      org_id: each.org_id,
      size_bytes: each.bytes?.isCut ? each.size_bytes : each.value.length,
      appended_at: formatInstant(each.appended),
      quarantined_at: formatInstant(each.quarantined),
      replay_of: each.replay_of,
    })),
    format: 'JSONEachRow',
  });
}
