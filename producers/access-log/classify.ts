import { hash } from 'node:crypto';
import { describeRejection } from '../../schemas/event-rules.ts';
import { validateCallContent } from '../../schemas/call-event-validation.ts';
import { contentOf, type CallContent } from './event.ts';
import { MAX_LINE_BYTES, type Line } from './lines.ts';
import { parseLine } from './parse.ts';

/** What the replay makes of a line; a `call` satisfies every rule except those about its id and time. */
export type ClassifiedLine = LoggedEvent | { readonly kind: 'blank' } | NotPublished;

export interface LoggedEvent {
  readonly kind: 'call';
  /** Epoch milliseconds. */
  readonly loggedAtMs: number;
  readonly content: CallContent;
  /** SHA-256 of the line's bytes in base64url. */
  readonly digest: string;
}

/** Not a call, or a call that is an invalid event. */
export interface NotPublished {
  readonly kind: 'malformed' | 'rejected';
  /** A MalformedKind, or the rule that rejects the event. */
  readonly problem: string;
  readonly reason: string;
}

/** Bad UTF-8 is replaced by U+FFFD. */
export function classifyLine({ bytes }: Pick<Line, 'bytes'>): ClassifiedLine {
  if (bytes === undefined) {
    const reason = `it is longer than ${MAX_LINE_BYTES} bytes`;
    return { kind: 'malformed', problem: 'too-long', reason };
  }
  const text = bytes.toString('utf8');
  if (text.trim() === '') return { kind: 'blank' };
  const parsed = parseLine(text);
  if ('malformed' in parsed) return { kind: 'malformed', problem: parsed.malformed, reason: parsed.reason };
  const content = contentOf(parsed);
  const rejection = validateCallContent(content);
  if (rejection) return { kind: 'rejected', problem: rejection.reason, reason: describeRejection(rejection) };
  return { kind: 'call', loggedAtMs: parsed.atMs, content, digest: hash('sha256', bytes, 'base64url') };
}
