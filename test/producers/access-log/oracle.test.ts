import * as fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { ReplayBench } from './replay-bench.ts';
import { NOW_MS } from '../sample-event.ts';

/**
 * Random logs against the pattern as interfaces.md has it, applied to the whole decoded text. The pieces are those of
 * which lines go wrong: line ends, byte order marks, NULs, bad UTF-8, quotes, cut and joined lines.
 */
const CONTRACT = /^(\S+) \S+ (\S+) \[(.*?)\] "(.*?)" (\d{3}) (\d+|-)(?: "(.*?)" "(.*)")?$/s;
const STAMP = /\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/g;
const CONTROL = /\p{Cc}/u;
const HOUR = new Date(NOW_MS - 3_600_000).toISOString();
/** Within three seconds, so that equal lines are frequent. */
const stampOf = (second: number): string => {
  const [, day, month, year] = /(\d\d) (\w{3}) (\d{4})/.exec(new Date(HOUR).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${HOUR.slice(11, 13)}:00:0${second} +0000`;
};
const STAMPS = [0, 1, 2].map(stampOf);

const field = fc.constantFrom(
  '-',
  'ua/1 x',
  '',
  'a"b',
  '" "',
  '" 200 5',
  '\u2028',
  'é',
  '\0',
  String.raw`\x22`,
);
const wellFormed = fc
  .record({
    host: fc.constantFrom('10.9.9.1', 'a.example', '::1', 'h\u00a0', '\u009b'),
    user: fc.constantFrom('-', '-', 'alice', '"-"'),
    second: fc.nat(2),
    request: fc.constantFrom('GET /a HTTP/1.1', 'GET /a?b=c', 'GET', '-', 'GET /"x" y'),
    status: fc.constantFrom('200', '429', '99'),
    size: fc.constantFrom('-', '0', '10240', '99999999999999999999'),
    rest: fc.option(fc.tuple(field, field)),
  })
  .map(({ host, user, second, request, status, size, rest }) => {
    const common = `${host} - ${user} [${stampOf(second)}] "${request}" ${status} ${size}`;
    return rest ? `${common} "${rest[0]}" "${rest[1]}"` : common;
  });
const line = fc.oneof(
  { weight: 6, arbitrary: wellFormed },
  { weight: 1, arbitrary: fc.tuple(wellFormed, fc.nat(120)).map(([text, cut]) => text.slice(0, cut)) },
  { weight: 1, arbitrary: fc.constantFrom('', '  ', '\uFEFF', 'nonsense', '\0\0') },
);
const lineEnd = fc.oneof(
  { weight: 8, arbitrary: fc.constant('\n') },
  { weight: 4, arbitrary: fc.constantFrom('\r\n', '\r', '\n\uFEFF', '', '\0') },
);
const log = fc.array(fc.tuple(line, lineEnd), { minLength: 1, maxLength: 25 }).map((parts) =>
  // 0xFF is nowhere in UTF-8.
  Buffer.from(parts.flat().join('')).map((byte) => (byte === 0xa9 ? 0xff : byte)),
);

interface Read {
  readonly malformed: number[];
  /** Calls that are invalid events: a user or app with control characters, too many credits. */
  readonly rejected: number[];
  readonly calls: {
    user_id: string;
    endpoint: string;
    status: number;
    credits: number;
    occurred_at: number;
  }[];
  blank: number;
}

/** What a replay must make of the bytes, by other means than the code under test. */
function readPlainly(bytes: Uint8Array): Read {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  const read: Read = { malformed: [], rejected: [], calls: [], blank: 0 };
  lines.forEach((whole, index) => {
    const bare = whole.replace(/^\uFEFF+/, '');
    if (bare.trim() === '') {
      read.blank += 1;
      return;
    }
    const [, host = '', user = '', time = '', request = '', status = '', size = '', , agent = ''] =
      CONTRACT.exec(bare) ?? [];
    const [, path] = request.split(/\s+/).filter(Boolean);
    const bytesSent = size === '-' ? 0n : BigInt(size || 0);
    const isGlued = [...bare.matchAll(STAMP)].length > 1;
    if (
      path === undefined ||
      !STAMPS.includes(time) ||
      isGlued ||
      CONTROL.test(host) ||
      bytesSent >= 2n ** 53n
    ) {
      read.malformed.push(index + 1);
      return;
    }
    const user_id = user === '-' ? host : user;
    const app = agent.split(/\s+/).find(Boolean) ?? '-';
    const credits = status === '429' ? 0n : 1n + bytesSent / 10_240n;
    if (CONTROL.test(user_id) || CONTROL.test(app) || credits > 1_000_000n) {
      read.rejected.push(index + 1);
      return;
    }
    read.calls.push({
      user_id,
      endpoint: path.replace(/\?.*/s, ''),
      status: Number(status),
      credits: Number(credits),
      occurred_at: Date.parse(`${HOUR.slice(0, 14)}00:0${STAMPS.indexOf(time)}Z`),
    });
  });
  return read;
}

const countOf = (part: string[], name: string): number => part.filter((other) => other === name).length;
const numberOf = (report: { line: number }): number => report.line;

let bench: ReplayBench;
beforeEach(() => (bench = new ReplayBench()));
afterEach(() => bench.remove());

describe('any log', () => {
  it('is read as the pattern says: each line is a call, blank, or named', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.boolean(), async (bytes, zipped) => {
        const expected = readPlainly(bytes);
        fc.pre(expected.calls.length > 0);
        bench.transport.taken.length = 0;
        bench.write(zipped ? gzipSync(bytes) : Buffer.from(bytes));
        const { summary } = await bench.run({ anchor: { kind: 'as-logged' } });
        expect(summary.malformed.map(numberOf)).toEqual(expected.malformed);
        expect(summary.refused.map(numberOf)).toEqual(expected.rejected);
        expect(summary.blank).toBe(expected.blank);
        const found = bench.transport.taken.map(({ user_id, endpoint, status, credits, occurred_at }) => ({
          user_id,
          endpoint,
          status,
          credits,
          occurred_at,
        }));
        expect(found).toEqual(expected.calls);
        expect(new Set(bench.ids).size).toBe(expected.calls.length);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('that is cut in two counts a call of both parts once, and of equal lines as many as one part has', async () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(names, names, async (first, second) => {
        bench.transport.taken.length = 0;
        for (const part of [first, second]) {
          bench.write(part.map((name) => `${name} - - [${stampOf(1)}] "GET / HTTP/1.1" 200 1\n`).join(''));
          await bench.run({ anchor: { kind: 'as-logged' } });
        }
        const most = ['a', 'b', 'c', 'd'].map((name) =>
          Math.max(countOf(first, name), countOf(second, name)),
        );
        expect(new Set(bench.ids).size).toBe(most.reduce((sum, count) => sum + count));
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
