/** The line format of the common and the combined access log (interfaces.md, "Replay of an access log"). Pure. */

/** One call as the log's line tells it. */
export interface LoggedCall {
  /** The client: an address or a host name. */
  readonly host: string;
  /** Epoch milliseconds; the log has whole seconds. */
  readonly atMs: number;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  readonly status: number;
  /** The answer's size; 0 where the log has `-`. */
  readonly sizeBytes: number;
  /** The user agent's first token, `-` where there is none. */
  readonly app: string;
}

/** Why a line is none. */
export interface Malformed {
  readonly malformed: string;
}

/**
 * The pattern of interfaces.md, its optional end written as two patterns: only one of them can match a line, known
 * by the line's last character. As one, a crafted line of 8 KB costs seconds of backtracking; so it costs 1 ms.
 * `s`: a line has no newline, so `.` is any character, U+2028 too.
 */
const HEAD = String.raw`^(\S+) \S+ \S+ \[([^\]]*)\] "(.*?)" (\d{3}) (\d+|-)`;
const COMMON = new RegExp(String.raw`${HEAD}$`, 's');
const COMBINED = new RegExp(String.raw`${HEAD} "(.*?)" "(.*)"$`, 's');
const TOKEN = /\S+/;
const TWO_TOKENS = /^\s*(\S+)\s+(\S+)/;

/** @param line without its line end; not blank */
export function parseLine(line: string): LoggedCall | Malformed {
  const match = (line.endsWith('"') ? COMBINED : COMMON).exec(line);
  if (!match) return { malformed: 'it is not of the common or combined log format' };
  const [, host = '', time = '', request = '', status = '', size = '', , userAgent = ''] = match;

  const atMs = parseTime(time);
  if (atMs === undefined) return { malformed: `there is no time ${JSON.stringify(time.slice(0, 40))}` };
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
/** Date.UTC takes smaller ones for years of the 20th century. */
const FIRST_YEAR = 100;

/** `17/May/2015:10:05:03 +0000` in epoch milliseconds; undefined where there is no such instant. */
function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [day = 0, , year = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const month = MONTHS.indexOf(match[2] ?? '');
  if (month === -1 || year < FIRST_YEAR || hour > 23 || minute > 59 || second > 59) return undefined;
  const localMs = Date.UTC(year, month, day, hour, minute, second);
  // Date.UTC takes 30 February for a day of March: what does not come back as written is no date.
  if (new Date(localMs).getUTCDate() !== day) return undefined;

  const [offsetHours, offsetMinutes] = [Number(match[8]), Number(match[9])];
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * 60_000;
  return match[7] === '-' ? localMs + offsetMs : localMs - offsetMs;
}
