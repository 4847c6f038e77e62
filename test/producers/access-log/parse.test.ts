import * as fc from 'fast-check';
import { parseLine, type LoggedCall } from '../../../producers/access-log/parse.ts';
import { cpuMsOf } from '../../thread-cpu.ts';

const LINE =
  '83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /a.png?x=1 HTTP/1.1" 200 203023 "http://ref/" "Mozilla/5.0 (X11)"';
const CALL: LoggedCall = {
  host: '83.149.9.216',
  user: '-',
  atMs: Date.UTC(2015, 4, 17, 10, 5, 3),
  method: 'GET',
  path: '/a.png',
  status: 200,
  sizeBytes: 203_023,
  app: 'Mozilla/5.0',
};
const MALFORMED = { malformed: expect.any(String), reason: expect.any(String) };
const withTime = (time: string): string => LINE.replace(/\[.*?\]/, `[${time}]`);
const withRequest = (request: string): string => LINE.replace(/"GET .*?"/, `"${request}"`);

const calls: [string, string, Partial<LoggedCall>][] = [
  ['the combined format', LINE, {}],
  ['the common format', LINE.slice(0, LINE.indexOf(' "http')), { app: '-' }],
  ['no size', LINE.replace(' 203023 ', ' - '), { sizeBytes: 0 }],
  ['an empty user agent', LINE.replace('Mozilla/5.0 (X11)', ''), { app: '-' }],
  ['a user agent that the client did not send', LINE.replace('Mozilla/5.0 (X11)', '-'), { app: '-' }],
  ['a user agent with quotes', LINE.replace('Mozilla', 'My "own" Mozilla'), { app: 'My' }],
  ['quotes in the request', withRequest(String.raw`GET /a\"b\" HTTP/1.1`), { path: String.raw`/a\"b\"` }],
  ['a request without a protocol', withRequest('GET /x'), { path: '/x' }],
  ['a request of four tokens', withRequest('GET /x y HTTP/1.1'), { path: '/x' }],
  ['a second question mark', withRequest('GET /x?a=?b HTTP/1.0'), { path: '/x' }],
  ['an absolute URL', withRequest('GET http://a/b?c HTTP/1.1'), { path: 'http://a/b' }],
  ['only a query string', withRequest('GET ?c HTTP/1.1'), { path: '' }],
  ['a fragment', withRequest('GET /x#y HTTP/1.1'), { path: '/x#y' }],
  ['a host name', LINE.replace('83.149.9.216', 'crawl.example.COM'), { host: 'crawl.example.COM' }],
  ['an authenticated user', LINE.replace('- - [', 'ident alice ['), { user: 'alice' }],
  ['a line separator U+2028', LINE.replace('X11', '\u2028'), {}],
  ['a zone east of Greenwich', withTime('17/May/2015:15:35:03 +0530'), {}],
  ['a zone west of Greenwich', withTime('16/May/2015:22:05:03 -1200'), {}],
  [
    'the last day of a leap February',
    withTime('29/Feb/2016:00:00:00 +0000'),
    { atMs: Date.UTC(2016, 1, 29) },
  ],
];

const malformed: [string, string][] = [
  ['the sample’s line 8899: its last quote is missing', LINE.slice(0, -1)],
  ['no text', 'x'],
  ['a request of one token', withRequest('GET')],
  ['an empty request', withRequest('')],
  ['a request of spaces', withRequest('   ')],
  ['a dash for a request', withRequest('-')],
  ['two digits of status', LINE.replace(' 200 ', ' 20 ')],
  ['a negative size', LINE.replace(' 203023 ', ' -1 ')],
  ['a leading space', ` ${LINE}`],
  ['a trailing space', `${LINE} `],
  ['a referrer without a user agent', LINE.replace(' "Mozilla/5.0 (X11)"', '')],
  ['30 February', withTime('30/Feb/2015:10:05:03 +0000')],
  ['29 February outside a leap year', withTime('29/Feb/2015:10:05:03 +0000')],
  ['day 0', withTime('00/May/2015:10:05:03 +0000')],
  ['day 32', withTime('32/May/2015:10:05:03 +0000')],
  ['24:00', withTime('17/May/2015:24:00:00 +0000')],
  ['minute 60', withTime('17/May/2015:10:60:00 +0000')],
  ['a leap second', withTime('30/Jun/2015:23:59:60 +0000')],
  ['an unknown month', withTime('17/Mai/2015:10:05:03 +0000')],
  ['a zone of 24 hours', withTime('17/May/2015:10:05:03 +2400')],
  ['a zone of 60 minutes', withTime('17/May/2015:10:05:03 +0060')],
  ['no zone', withTime('17/May/2015:10:05:03')],
  ['another date format', withTime('2015-05-17T10:05:03Z')],
];

const COMMON = LINE.slice(0, LINE.indexOf(' "http'));
const faults: [string, string][] = [
  ['format', 'x'],
  ['time', withTime('31/Feb/2026:10:05:03 +0000')],
  ['time', withTime('31/Apr/2026:10:05:03 +0000')],
  ['request', withRequest('GET')],
  ['size', LINE.replace(' 203023 ', ' 9007199254740992 ')],
  ['host', `\0\0${LINE}`],
  ['host', `\u009b${LINE.replace('- - [', '- alice [')}`],
  ['glued', LINE + LINE],
  ['glued', COMMON + LINE],
  ['glued', LINE + COMMON],
  ['glued', COMMON + COMMON],
  ['glued', `${LINE}\uFEFF${LINE}`],
  ['glued', `${LINE}\0${LINE}`],
  ['glued', `${LINE}\u2028${LINE}`],
  ['glued', LINE + withTime('31/Feb/2026:10:05:03 +0000')],
];

describe('a line of an access log', () => {
  it.each(calls)('is a call with %s', (_, line, expected) => {
    expect(parseLine(line)).toEqual({ ...CALL, ...expected });
  });

  it.each(faults)('is malformed (%s)', (kind, line) => {
    expect(parseLine(line)).toEqual({ ...MALFORMED, malformed: kind });
  });

  it.each(malformed)('is malformed with %s', (_, line) => {
    expect(parseLine(line)).toEqual(MALFORMED);
  });

  it('that was cut anywhere and continued by another is never taken for one call with the fields of both', () => {
    const start = LINE.indexOf('"');
    for (let cut = start + 1; cut < LINE.length; cut += 1) {
      expect(parseLine(LINE.slice(0, cut) + LINE)).toEqual({ ...MALFORMED, malformed: 'glued' });
    }
    for (let cut = LINE.indexOf(' ') + 1; cut <= start; cut += 1) {
      expect(parseLine(LINE.slice(0, cut) + LINE)).toEqual(MALFORMED);
    }
  });

  it('quotes what a stranger sent without the characters that a terminal obeys', () => {
    expect(parseLine(withTime('\u001b[2J\u009b\u202e'))).toMatchObject({
      reason: String.raw`"\u001b[2J\u{9b}\u{202e}" is not a time`,
    });
  });

  it('matches exactly when the pattern of interfaces.md does, with the same parts', () => {
    // The pattern as documented; parseTime validates `time`, and `s` because a line has no newline before its end.
    const contract = /^(\S+) \S+ (\S+) \[([^\]]*)\] "(.*?)" (\d{3}) (\d+|-)(?: "(.*?)" "(.*)")?$/s;
    const piece = fc.constantFrom('"', '" "', ' ', '200', '-', '" 200 5', 'GET /x?y', '" 200 - "', 'ua', '?');
    const tail = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(tail, (text) => {
        const line = `h - - [17/May/2015:10:05:03 +0000] "${text}`;
        const match = contract.exec(line);
        const request = match?.[4]?.split(/\s+/).filter(Boolean) ?? [];
        const parsed = parseLine(line);
        const expected =
          request.length < 2
            ? MALFORMED
            : {
                host: 'h',
                user: '-',
                atMs: CALL.atMs,
                method: request[0],
                path: request[1]?.replace(/\?.*/s, ''),
                status: Number(match?.[5]),
                sizeBytes: match?.[6] === '-' ? 0 : Number(match?.[6]),
                app: match?.[8]?.split(/\s+/).find(Boolean) ?? '-',
              };
        expect(parsed).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that a client crafted does not take seconds', () => {
    // The contract's pattern takes hours for some of these: it backtracks over every pair of their quotes.
    const head = 'h - - [17/May/2015:10:05:03 +0000] "';
    for (const piece of ['" 200 - " "', '" 200 - ', '" 200 - "', ' ', 'a ', '"', '1', '[', 'a" 200 1']) {
      const crafted = head + piece.repeat(Math.floor(1_000_000 / piece.length));
      const cpuMs = cpuMsOf(() => {
        for (const end of ['', 'x', '"', '" "', '" 200 1']) parseLine(crafted + end);
      });
      expect(cpuMs).toBeLessThan(2_000);
    }
    expect(parseLine(`${head}${'" 200 - " "'.repeat(100_000)}x`)).toEqual(MALFORMED);
  });
});
