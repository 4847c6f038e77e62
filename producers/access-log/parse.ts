import { hasControlCharacter } from '../../schemas/event-rules.ts';
import { quoted } from './quoted.ts';
import { parseLogTime } from './log-time.ts';

/** The line format of the common and the combined access log (interfaces.md, "Replay of an access log"). */

/** One call as its line describes it. */
export interface LoggedCall {
  /** The client: an address or a host name. */
  readonly host: string;
  /** The authenticated user; `-` if there is none. */
  readonly user: string;
  /** Epoch milliseconds; the log has whole seconds. */
  readonly atMs: number;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly status: number;
  /** The response's size; 0 for `-`. */
  readonly sizeBytes: number;
  /** The user agent's first token; `-` if there is none. */
  readonly app: string;
}

/** What is wrong with a line that is not a call. */
export type MalformedKind = 'format' | 'glued' | 'host' | 'time' | 'request' | 'size' | 'too-long';

/** Why a line is not a call. */
export interface Malformed {
  readonly malformed: MalformedKind;
  /** A clause about the line, for people. */
  readonly reason: string;
}

/**
 * The pattern of interfaces.md in parts, each of which takes time in proportion to the line. As one pattern, a line of
 * 8 KB that a client crafted takes minutes of backtracking over every pair of its quotes.
 */
const HEAD = /^(\S+) \S+ (\S+) \[([^\]]*)\] "/;
const COMMON_FIGURES = /" (\d{3}) (\d+|-)$/;
const COMBINED_FIGURES = /" (\d{3}) (\d+|-) "/;
const BETWEEN_FIELDS = '" "';
/** What begins a call. In a logged field it is escaped: Apache writes `\"` and nginx `\x22` for the quote. */
const CALL_START = /\[\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\] "/;
const TOKEN = /\S+/;
const TWO_TOKENS = /^\s*(\S+)\s+(\S+)/;

/** @param line without its line end; not blank */
export function parseLine(line: string): LoggedCall | Malformed {
  if (isGlued(line)) return malformed('glued', 'it holds the start of a second call: a line end is missing');
  const head = HEAD.exec(line);
  const tail = head && parseTail(line.slice(head[0].length));
  if (!head || !tail) return malformed('format', 'it is not in the common or combined log format');
  const [, host = '', user = '', time = ''] = head;

  if (hasControlCharacter(host)) return malformed('host', `its host ${quoted(host)} has control characters`);
  const atMs = parseLogTime(time);
  if (atMs === undefined) return malformed('time', `${quoted(time)} is not a time`);
  const [, method, target] = TWO_TOKENS.exec(tail.request) ?? [];
  if (method === undefined || target === undefined) {
    return malformed('request', `its request ${quoted(tail.request)} has fewer than two tokens`);
  }
  const sizeBytes = tail.size === '-' ? 0 : Number(tail.size);
  if (!Number.isSafeInteger(sizeBytes))
    return malformed('size', `its size ${quoted(tail.size)} is too large`);
  return {
    host,
    user,
    atMs,
    method,
    path: target.split('?', 1)[0] ?? '',
    status: Number(tail.status),
    sizeBytes,
    app: TOKEN.exec(tail.userAgent)?.[0] ?? '-',
  };
}

function malformed(kind: MalformedKind, reason: string): Malformed {
  return { malformed: kind, reason };
}

/** Two writers without a line end between them, or a line that was cut and continued by another. */
function isGlued(line: string): boolean {
  const first = CALL_START.exec(line);
  return first !== null && CALL_START.test(line.slice(first.index + 1));
}

interface Tail {
  readonly request: string;
  readonly status: string;
  readonly size: string;
  readonly userAgent: string;
}

/**
 * What follows the request's opening quote. The line's last character says which of the two formats it can be. The
 * request and the referrer are as short as possible: later figures leave no more room for the fields after them.
 */
function parseTail(text: string): Tail | undefined {
  const isCombined = text.endsWith('"');
  const figures = (isCombined ? COMBINED_FIGURES : COMMON_FIGURES).exec(text);
  if (!figures) return undefined;
  const [matched, status = '', size = ''] = figures;
  const request = text.slice(0, figures.index);
  if (!isCombined) return { request, status, size, userAgent: '' };
  const referrerEnd = text.indexOf(BETWEEN_FIELDS, figures.index + matched.length);
  const userAgentStart = referrerEnd + BETWEEN_FIELDS.length;
  if (referrerEnd === -1 || userAgentStart === text.length) return undefined;
  return { request, status, size, userAgent: text.slice(userAgentStart, -1) };
}
