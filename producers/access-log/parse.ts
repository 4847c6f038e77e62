/** The line format of the common and the combined access log (interfaces.md, "Replay of an access log"). */

/** One call as its line describes it. */
export interface LoggedCall {
  /** The client: an address or a host name. */
  readonly host: string;
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

/** Why a line is not a call. */
export interface Malformed {
  readonly malformed: string;
}

/**
 * The pattern of interfaces.md as two patterns, with and without its optional end: the line's last character says which
 * one can match. As one pattern, a crafted line of 8 KB costs seconds of backtracking; this way it costs 1 ms.
 * The flag `s` lets `.` match any character, including U+2028.
 */
const HEAD = String.raw`^(\S+) \S+ \S+ \[([^\]]*)\] "(.*?)" (\d{3}) (\d+|-)`;
const COMMON = new RegExp(String.raw`${HEAD}$`, 's');
const COMBINED = new RegExp(String.raw`${HEAD} "(.*?)" "(.*)"$`, 's');
const TOKEN = /\S+/;
const TWO_TOKENS = /^\s*(\S+)\s+(\S+)/;

/** @param line without its line end; not blank */
export function parseLine(line: string): LoggedCall | Malformed {
  const match = (line.endsWith('"') ? COMBINED : COMMON).exec(line);
  if (!match) return { malformed: 'it is not in the common or combined log format' };
  const [, host = '', time = '', request = '', status = '', size = '', , userAgent = ''] = match;

  const atMs = parseTime(time);
  if (atMs === undefined) return { malformed: `${JSON.stringify(time.slice(0, 40))} is not a time` };
  const [, method, target] = TWO_TOKENS.exec(request) ?? [];
  if (method === undefined || target === undefined) {
    return { malformed: `its request ${JSON.stringify(request.slice(0, 40))} has fewer than two tokens` };
  }
  return {
    host,
    atMs,
    method,
    path: target.split('?', 1)[0] ?? '',
    status: Number(status),
    sizeBytes: size === '-' ? 0 : Number(size),
    app: TOKEN.exec(userAgent)?.[0] ?? '-',
  };
}

const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Date.UTC reads smaller numbers as years of the 20th century. */
const FIRST_YEAR = 100;

/** `17/May/2015:10:05:03 +0000` in epoch milliseconds; undefined if there is no such instant. */
function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [day = 0, , year = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const month = MONTHS.indexOf(match[2] ?? '');
  if (month === -1 || year < FIRST_YEAR || hour > 23 || minute > 59 || second > 59) return undefined;
  const localMs = Date.UTC(year, month, day, hour, minute, second);
  // Date.UTC reads 30 February as a day of March, so the day must come back as written.
  if (new Date(localMs).getUTCDate() !== day) return undefined;

  const [offsetHours, offsetMinutes] = [Number(match[8]), Number(match[9])];
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * 60_000;
  return match[7] === '-' ? localMs + offsetMs : localMs - offsetMs;
}
