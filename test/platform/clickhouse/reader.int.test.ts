import { Type } from 'typebox';
import { connectForReading } from '../../../api/clickhouse.ts';
import { codeOf } from '../../../api/problems/error-facts.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { createReader, UserNameError } from '../../../platform/clickhouse/reader.ts';
import { openNamespace } from '../../servers/namespace.ts';

const Row = Type.Object({ n: Type.Integer() });

const ACCESS_DENIED = '497';
const AUTHENTICATION_FAILED = '516';

/** `done`, or the code of ClickHouse's error. */
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

  it('reads like the API and cannot write; does not exist where the server cannot create users', async () => {
    const isCreated = await createReader([client], settings, reader);
    expect(await createReader([client], settings, reader)).toBe(isCreated);
    const as = { ...settings, CLICKHOUSE_USER: reader.user, CLICKHOUSE_PASSWORD: reader.password };
    const reading = connectForReading(as);
    const writing = connectClickHouse(as, 'test reader');
    const read = await outcomeOf(select(reading, Row, 'SELECT count() AS n FROM call_events'));
    const write = await outcomeOf(
      writing.command({ query: `INSERT INTO dirty_marks (org_id) VALUES ('x')` }),
    );
    const erasures = await outcomeOf(select(reading, Row, 'SELECT count() AS n FROM erasures'));
    const expected = isCreated
      ? { read: 'done', write: ACCESS_DENIED, erasures: ACCESS_DENIED }
      : { read: AUTHENTICATION_FAILED, write: AUTHENTICATION_FAILED, erasures: AUTHENTICATION_FAILED };
    expect({ read, write, erasures }).toEqual(expected);
    await Promise.all([reading.close(), writing.close()]);
    if (isCreated) await client.command({ query: `DROP USER ${reader.user}` });
    if (isCreated) await client.command({ query: `DROP ROLE ${settings.CLICKHOUSE_DATABASE}_reader` });
  });

  it('must have a name that needs no quoting in SQL', async () => {
    const reading = createReader([client], settings, { ...reader, user: 'x; DROP' });
    await expect(reading).rejects.toThrow(UserNameError);
  });
});
