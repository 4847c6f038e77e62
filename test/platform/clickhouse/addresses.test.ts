import { addressesOf, addressesProblem } from '../../../platform/clickhouse/addresses.ts';

describe('CLICKHOUSE_URL', () => {
  it('names one server, or several with commas between', () => {
    expect(addressesProblem('http://one:8123')).toBeUndefined();
    expect(addressesProblem('https://one:8443/clickhouse')).toBeUndefined();
    expect(addressesProblem('http://one:8123, http://two:8123')).toBeUndefined();
    expect(addressesOf({ CLICKHOUSE_URL: 'http://one:8123, http://two:8123' })).toEqual([
      'http://one:8123',
      'http://two:8123',
    ]);
  });

  it.each([
    ['one:8123', 'must be like http://127.0.0.1:8123'],
    ['http://one:8123,', 'must be like http://127.0.0.1:8123'],
    ['http://one:8123,https://two:8443', 'differ only in host and port'],
    ['http://one:8123,http://two:8123/path', 'differ only in host and port'],
    ['http://one:8123,http://one:8123', 'names the same server twice'],
    ['http://a:secret@one:8123,http://a:secret@two:8123', 'CLICKHOUSE_USER'],
  ])('rejects %s', (text, problem) => {
    expect(addressesProblem(text)).toContain(problem);
    expect(addressesProblem(text)).not.toContain('secret');
  });
});
