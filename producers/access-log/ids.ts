import { hash } from 'node:crypto';
import { mintEventId } from '../../schemas/event-id.ts';

/** What an event's id is made of, beside its time. */
export interface CallIdentity {
  /** Of the line's bytes, without its line end and byte order mark: SHA-256 in base64url. */
  readonly digest: string;
  /** How many equal lines stand before it in the log. */
  readonly equalBefore: number;
  /** From 1. */
  readonly line: number;
  /** 0 is the newest. */
  readonly repetition: number;
}

export type EventIds = (occurredAtMs: number, identity: CallIdentity) => string;

/**
 * Ids that hang on the line and not on the file, so a call keeps its id when the log grows, is rotated, sorted, joined
 * with others, compressed, or gets other line ends.
 * The 74 random bits come from the first 10 bytes of the SHA-256 of the ASCII text `DIGEST/EQUAL/REPETITION/SHIFT`: the digest
 * of the line, how many equal lines stand before it, the repetition, and by how many milliseconds times are shifted.
 */
export function idsByLine(shiftMs: number): EventIds {
  return (occurredAtMs, { digest, equalBefore, repetition }) =>
    mintEventId(occurredAtMs, hash('sha256', `${digest}/${equalBefore}/${repetition}/${shiftMs}`, 'buffer'));
}

/**
 * The ids of replays that version 1 of the record began: they hang on the whole content. Such a replay keeps them, or
 * its calls would count twice.
 * @param contentSha256 of the log's uncompressed content, lower-case hex
 */
export function idsByContent(contentSha256: string): EventIds {
  return (occurredAtMs, { line, repetition }) =>
    mintEventId(occurredAtMs, hash('sha256', `${contentSha256}/${repetition}/${line}`, 'buffer'));
}
