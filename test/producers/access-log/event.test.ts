import * as fc from 'fast-check';
import { contentOf, creditsOf, orgOf } from '../../../producers/access-log/event.ts';
import { parseLine } from '../../../producers/access-log/parse.ts';

describe('the organisation of a client', () => {
  it.each([
    ['83.149.9.216', 'net-83'],
    ['0.0.0.0', 'net-0'],
    ['crawl-66-249.googlebot.com', 'dom-com'],
    ['a.b.example.ORG', 'dom-ORG'],
    ['localhost', 'dom-local'],
    ['::1', 'dom-local'],
    ['2001:db8::ff00:42:8329', 'dom-local'],
    ['::ffff:10.0.0.1', 'dom-local'],
    ['256.1.1.1', 'dom-1'],
    ['1.2.3', 'dom-3'],
    ['host.example.', 'dom-example'],
    ['-', 'dom-local'],
  ])('%s is %s', (host, org) => {
    expect(orgOf(host)).toBe(org);
  });
});

describe('the credits of a call', () => {
  it.each([
    [0, 1],
    [10_239, 1],
    [10_240, 2],
    [20_479, 2],
    [20_480, 3],
    [203_023, 20],
  ])('%i bytes cost %i', (sizeBytes, credits) => {
    expect(creditsOf({ status: 200, sizeBytes })).toBe(credits);
    expect(creditsOf({ status: 500, sizeBytes })).toBe(credits);
    expect(creditsOf({ status: 429, sizeBytes })).toBe(0);
  });
});

const content = (line: string) => {
  const parsed = parseLine(line);
  return 'malformed' in parsed ? parsed : contentOf(parsed);
};

describe('the user of a call', () => {
  const LINE = '10.0.0.1 - alice [17/May/2015:10:05:03 +0000] "GET /x HTTP/1.1" 200 5 "-" "ua"';
  it('is the authenticated one where there is one, and the organisation that of the host', () => {
    expect(content(LINE)).toMatchObject({ user_id: 'alice', org_id: 'net-10', source_address: '10.0.0.1' });
  });

  it('is the host otherwise', () => {
    expect(content(LINE.replace('alice', '-'))).toMatchObject({ user_id: '10.0.0.1', org_id: 'net-10' });
    expect(content(LINE.replace('- alice', 'ident -'))).toMatchObject({ user_id: '10.0.0.1' });
  });
});

it('any well-formed line is the call that a plain reading of it gives', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_/.:;()%-]{1,20}$/);
  const octet = fc.nat(255);
  const host = fc.oneof(
    fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
    fc
      .array(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join('.')),
  );
  const parts = fc.record({
    host,
    user: fc.option(word.filter((name) => name !== '-')),
    date: fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    offset: fc.integer({ min: -14 * 60, max: 14 * 60 }),
    method: fc.constantFrom('GET', 'POST', 'HEAD'),
    path: word,
    query: fc.option(word),
    status: fc.constantFrom(200, 206, 304, 404, 429, 500),
    size: fc.option(fc.nat(2_000_000_000)),
    agent: fc.option(fc.array(word, { maxLength: 3 })),
  });
  fc.assert(
    fc.property(parts, (part) => {
      const parsed = parseLine(write(part));
      const expected = read(part);
      expect('malformed' in parsed ? parsed : { atMs: parsed.atMs, ...contentOf(parsed) }).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

interface Parts {
  host: string;
  user: string | null;
  date: Date;
  offset: number;
  method: string;
  path: string;
  query: string | null;
  status: number;
  size: number | null;
  agent: string[] | null;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The line that a web server would write. */
function write(part: Parts): string {
  const local = new Date(part.date.getTime() + part.offset * 60_000);
  const month = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[local.getUTCMonth()];
  const clock = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  const offset = Math.abs(part.offset);
  const zone = `${part.offset < 0 ? '-' : '+'}${two(Math.trunc(offset / 60))}${two(offset % 60)}`;
  const target = part.query === null ? part.path : `${part.path}?${part.query}`;
  const line =
    `${part.host} - ${part.user ?? '-'} [${two(local.getUTCDate())}/${month}/${local.getUTCFullYear()}:${clock} ${zone}] ` +
    `"${part.method} ${target} HTTP/1.1" ${part.status} ${part.size ?? '-'}`;
  return part.agent === null ? line : `${line} "-" "${part.agent.join(' ')}"`;
}

/** What the event must be, by other means than the code under test: whole numbers and splits. */
function read(part: Parts): object {
  const labels = part.host.split('.');
  const last = labels[labels.length - 1] ?? '';
  const isAddress = /^\d+$/.test(last);
  const size = BigInt(part.size ?? 0);
  return {
    atMs: part.date.getTime() - (part.date.getTime() % 1_000),
    org_id: isAddress ? `net-${labels[0]}` : labels.length === 1 ? 'dom-local' : `dom-${last}`,
    product: 'crm',
    user_id: part.user ?? part.host,
    app_id: part.agent?.[0] ?? '-',
    method: part.method,
    endpoint: part.path,
    module: '',
    status: part.status,
    credits: part.status === 429 ? 0 : Number(1n + size / 10_240n),
    rule: 'access-log-size',
    units: Number(size),
    rejection_cause: '',
    source_address: isAddress ? part.host : '',
    duration_ms: null,
  };
}
