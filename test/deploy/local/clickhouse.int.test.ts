import { startPrivateClickHouse, type PrivateClickHouse } from '../../servers/private-clickhouse.ts';

describe('the local ClickHouse', () => {
  let server: PrivateClickHouse;

  beforeAll(async () => {
    server = await startPrivateClickHouse();
  });
  afterAll(() => server.stop());

  const run = async (query: string): Promise<string> => {
    const { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = server.variables;
    const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
    const response = await fetch(server.url, { method: 'POST', headers, body: query });
    const body = await response.text();
    if (!response.ok) throw new Error(body);
    return body.trim();
  };

  it('is a ClickHouse 26', async () => {
    expect(await run('SELECT version()')).toMatch(/^26\./);
  });

  it('keeps its port and what it acknowledged when it is killed and restarted', async () => {
    await run('CREATE DATABASE test_kept');
    await run('CREATE TABLE test_kept.numbers (n UInt32) ENGINE = MergeTree ORDER BY n');
    for (const sumSoFar of [1, 3, 6]) {
      await run('INSERT INTO test_kept.numbers SELECT count() + 1 FROM test_kept.numbers');
      await server.kill();
      await expect(run('SELECT 1')).rejects.toThrow('fetch failed');
      await server.restart();
      expect(await run('SELECT sum(n) FROM test_kept.numbers')).toBe(String(sumSoFar));
    }
  });
});
