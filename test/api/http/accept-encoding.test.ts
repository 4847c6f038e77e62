import { preferredCoding } from '../../../api/http/accept-encoding.ts';
import { listenWithoutServers } from '../api-without-servers.ts';

const CASES = [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['br', 'br'],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['gzip ; Q=0.5', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['br;q=0, *;q=0.1', 'gzip'],
  ['*;q=0', undefined],
  ['gzip;q=0', undefined],
  ['gzip;q=0.000, br;q=0', undefined],
  ['identity, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip', 'gzip'],
  ['deflate, zstd', undefined],
  ['gzip;q=high', undefined],
  ['gzip;level=9', undefined],
  ['gzipped', undefined],
  [',, gzip ,', 'gzip'],
] as const;

describe('Accept-Encoding (RFC 9110, 12.5.3)', () => {
  it.each(CASES)('%j prefers %s', (field, coding) => expect(preferredCoding(field)).toBe(coding));

  it('decides how an answer is sent', async () => {
    const api = await listenWithoutServers();
    for (const [field, coding] of CASES) {
      const { headers } = await api.send('/openapi.json', {
        headers: field === undefined ? {} : { 'accept-encoding': field },
      });
      expect([field, headers['content-encoding']]).toEqual([field, coding]);
    }
    await api.close();
  });
});
