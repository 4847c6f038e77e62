import { Type } from 'typebox';
import {
  connectClickHouse,
  select,
  UnexpectedRowError,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import { openNamespace } from '../../servers/namespace.ts';

const Row = Type.Object({ org_id: Type.String(), used: Type.Integer({ minimum: 0 }) });

describe('select', () => {
  const namespace = openNamespace('select');
  let client: ClickHouseClient;
  beforeAll(() => {
    client = connectClickHouse({ ...namespace.settings, CLICKHOUSE_DATABASE: 'default' }, 'test select');
  });
  afterAll(() => client.close());

  it('returns rows that match their schema', async () => {
    const rows = await select(client, Row, 'SELECT {org:String} AS org_id, 7 AS used', { org: 'acme' });
    expect(rows).toEqual([{ org_id: 'acme', used: 7 }]);
  });

  it.each([
    ['an invalid column', `SELECT {org:String} AS org_id, -5 AS used`, 'used must be >= 0'],
    ['a missing column', `SELECT {org:String} AS org_id`, 'row must have required properties used'],
  ])('names %s, and no value of the row', async (_, query, problem) => {
    const reading = select(client, Row, query, { org: 'secret org' });
    await expect(reading).rejects.toThrow(UnexpectedRowError);
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.not.toThrow('secret org');
  });
});
