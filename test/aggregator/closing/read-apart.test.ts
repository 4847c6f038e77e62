import { ClickHouseError } from '@clickhouse/client';
import { readApart } from '../../../aggregator/closing/read-apart.ts';
import { UnexpectedRowError } from '../../../platform/clickhouse/connect.ts';

const orgs = Array.from({ length: 20 }, (_, index) => `org-${index}`);
const badRow = new UnexpectedRowError([], 'SELECT 1');
const refused = new ClickHouseError({ message: 'no such table', code: '60', type: 'UNKNOWN_TABLE' });

/** Reads organisations; fails where one of them is bad. */
function reader(bad: readonly string[], error: Error) {
  return async (ids: readonly string[]) => {
    if (ids.some((id) => bad.includes(id))) throw error;
    return ids;
  };
}

async function read(bad: readonly string[], error: Error) {
  const failed: string[] = [];
  const rows = await readApart(orgs, reader(bad, error), (orgId) => failed.push(orgId));
  return { rows, failed };
}

it('reads all at once where nothing fails', async () => {
  let reads = 0;
  const rows = await readApart(
    orgs,
    async (ids) => ((reads += 1), ids),
    () => undefined,
  );
  expect([rows, reads]).toEqual([orgs, 1]);
});

it.each([[['org-0']], [['org-7', 'org-8']], [['org-0', 'org-10', 'org-19']]])(
  'leaves out %j, whose own read fails, and reads all others',
  async (bad) => {
    const { rows, failed } = await read(bad, badRow);
    expect(failed).toEqual(bad);
    expect(rows).toEqual(orgs.filter((org) => !bad.includes(org)));
  },
);

it('is a failure of the server where it fails for everyone', async () => {
  await expect(read(orgs, refused)).rejects.toBe(refused);
});

it('is a failure of the server where ClickHouse cannot be reached', async () => {
  const unreachable = new Error('ECONNREFUSED');
  await expect(read(['org-3'], unreachable)).rejects.toBe(unreachable);
});
