import { Type } from 'typebox';
import { connectForReading } from '../../../api/clickhouse.ts';
import { codeOf } from '../../../api/problems/error-facts.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { createReader } from '../../../platform/clickhouse/reader.ts';
import { openNamespace } from '../../servers/namespace.ts';

const Row = Type.Object({ n: Type.Integer() });

const ACCESS_DENIED = '497';
const AUTHENTICATION_FAILED = '516';

/** `done`, or the code of ClickHouse's refusal. */
const outcomeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'done',
    (error: unknown) => codeOf(error),
  );

describe('the reader', () => {
  const namespace = openNamespace('reader');
  const { settings } = namespace;
  const reader = { user: `${settings.CLICKHOUSE_DATABASE}_user`, password: 'a password of this test run' };
  let client: ClickHouseClient;
  beforeAll(async () => {
    await migrate(settings);
    client = connectClickHouse(settings, 'test reader');
  });
  afterAll(async () => {
    await client.close();
    await namespace.drop();
  });

  it('reads as the API does and writes nothing; where the server makes no users, nothing is made', async () => {
    const isMade = await createReader(client, settings, reader);
    expect(await createReader(client, settings, reader)).toBe(isMade);
    const as = { ...settings, CLICKHOUSE_USER: reader.user, CLICKHOUSE_PASSWORD: reader.password };
    const reading = connectForReading(as);
    const writing = connectClickHouse(as, 'test reader');
    const read = await outcomeOf(select(reading, Row, 'SELECT count() AS n FROM call_events'));
    const write = await outcomeOf(
      writing.command({ query: `INSERT INTO dirty_marks (org_id) VALUES ('x')` }),
    );
    const expected = isMade
      ? { read: 'done', write: ACCESS_DENIED }
      : { read: AUTHENTICATION_FAILED, write: AUTHENTICATION_FAILED };
    expect({ read, write }).toEqual(expected);
    await Promise.all([reading.close(), writing.close()]);
    if (isMade) await client.command({ query: `DROP USER ${reader.user}` });
    if (isMade) await client.command({ query: `DROP ROLE ${settings.CLICKHOUSE_DATABASE}_reader` });
  });

  it('has a name that can be written as it is', async () => {
    await expect(createReader(client, settings, { ...reader, user: 'x; DROP' })).rejects.toThrow(
      'no user name',
    );
  });
});
