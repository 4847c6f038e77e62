import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../schemas/root.ts';

/**
 * An independent count of the sample log: no regular expression, no code of producers/, plain integers.
 * Repetitions and shifts follow interfaces.md, Replay of an access log.
 */
export interface CountedCall {
  readonly org: string;
  readonly user: string;
  /** Epoch milliseconds as logged. */
  readonly loggedAt: number;
  readonly status: number;
  readonly credits: number;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
export const SAMPLE_LOG = join(projectRoot(), 'producers', 'access-log', 'sample', 'apache_access.log.gz');

export function countSample(): { calls: CountedCall[]; malformed: number[]; spanMs: number; lastMs: number } {
  const lines = gunzipSync(readFileSync(SAMPLE_LOG)).toString('utf8').split('\n');
  const calls: CountedCall[] = [];
  const malformed: number[] = [];
  lines.forEach((line, index) => {
    if (line === '') return;
    const call = countLine(line);
    if (call) calls.push(call);
    else malformed.push(index + 1);
  });
  const times = calls.map(({ loggedAt }) => loggedAt);
  const last = times.at(-1) ?? 0;
  return { calls, malformed, spanMs: Math.max(...times) - Math.min(...times), lastMs: last };
}

function countLine(line: string): CountedCall | undefined {
  // host ident user [time] "request" status bytes "referrer" "agent"
  const parts = line.split('"');
  const [head = '', request = '', figures = ''] = parts;
  if (parts.length < 7 || parts.at(-1) !== '' || request.split(' ').length < 2) return undefined;
  const host = head.slice(0, head.indexOf(' '));
  const stamp = head.slice(head.indexOf('[') + 1, head.indexOf(']'));
  const [status = '', bytes = ''] = figures.trim().split(' ');
  const size = bytes === '-' ? 0 : Number.parseInt(bytes, 10);
  return {
    org: orgOf(host),
    user: host,
    loggedAt: timeOf(stamp),
    status: Number.parseInt(status, 10),
    credits: status === '429' ? 0 : 1 + (size - (size % 10_240)) / 10_240,
  };
}

function orgOf(host: string): string {
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length === 1) return 'dom-local';
  const isAddress =
    labels.length === 4 && labels.every((label) => label !== '' && Number.isInteger(Number(label)));
  return isAddress ? `net-${labels[0]}` : `dom-${last}`;
}

/** 17/May/2015:10:05:03 +0000 */
function timeOf(stamp: string): number {
  const [day, month, rest = ''] = stamp.split('/');
  const [year, hour, minute, second] = rest.split(' ')[0]?.split(':') ?? [];
  const monthIndex = MONTHS.indexOf(month ?? '') / 3;
  return Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second));
}
