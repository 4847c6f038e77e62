import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { startClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import { connectForReading } from '../../api/clickhouse.ts';
import { connectForDownloads } from '../../api/clickhouse-downloads.ts';
import { onBehalfOf } from '../../api/http/running-request.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { selectChunks } from '../../platform/clickhouse/select-chunks.ts';
import { runDataDir } from '../servers/addresses.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { until } from '../until.ts';
import { Disks } from './disks.ts';

const TIMEOUT_MS = 120_000;
const ROWS = 200_000;
const Count = Type.Object({ rows: Type.Integer(), sum: Type.Integer() });

/** As JSON 100 MB, of which the API lets ClickHouse keep 64 MB in memory. */
const DOWNLOADED = 900_000;
const Downloaded = Type.Object({ number: Type.Integer(), text: Type.String() });
const DOWNLOAD = `SELECT number, hex(sipHash128(number)) || hex(sipHash128(-number)) AS text FROM numbers(${DOWNLOADED})`;

/** The rows that a download gets. @throws where it is not complete */
const download = (by: ClickHouseClient): Promise<number> =>
  onBehalfOf({ id: 'download', signal: new AbortController().signal }, async () => {
    let rows = 0;
    for await (const chunk of selectChunks(by, Downloaded, DOWNLOAD)) rows += chunk.length;
    return rows;
  });

/** The batches that are there, each as a whole. */
const batches = async (by: ClickHouseClient): Promise<number[]> => {
  const rows = await select(
    by,
    Type.Object({ batch: Type.Integer(), rows: Type.Integer() }),
    'SELECT toInt64(batch) AS batch, count() AS rows FROM test_full_disk.kept GROUP BY batch ORDER BY batch',
  );
  // Each as a whole or not at all.
  expect(rows.every(({ rows: count }) => count === ROWS)).toBe(true);
  return rows.map(({ batch }) => batch);
};

describe('a ClickHouse whose file system is full', () => {
  const disks = new Disks();
  let cluster: Awaited<ReturnType<typeof startClickHouseCluster>>;
  let client: ClickHouseClient;
  /** As the API reads. */
  let reading: ClickHouseClient;
  let downloading: ClickHouseClient;
  beforeAll(async () => {
    cluster = await startClickHouseCluster({
      dataDir: mkdtempSync(join(runDataDir(), 'full-disk-')),
      user: TEST_USER,
      clusters: [],
      shards: 1,
      within: disks.within,
    });
    const { user, password } = cluster.login;
    const config = {
      CLICKHOUSE_URL: cluster.urls,
      CLICKHOUSE_DATABASE: 'default',
      CLICKHOUSE_USER: user,
      CLICKHOUSE_PASSWORD: password,
    };
    client = connectClickHouse(config, 'test full disk');
    reading = connectForReading(config);
    downloading = connectForDownloads(config);
    await client.command({ query: 'CREATE DATABASE test_full_disk' });
    await client.command({
      query:
        'CREATE TABLE test_full_disk.kept (batch UInt32, number UInt64) ENGINE = MergeTree ORDER BY (batch, number)',
    });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([client?.close(), reading?.close(), downloading?.close()]);
    await cluster?.stop();
    await disks.unmount();
  });

  /** Numbers that hardly compress. @returns whether ClickHouse has acknowledged them */
  const insert = (batch: number): Promise<boolean> =>
    client
      .command({
        query: `INSERT INTO test_full_disk.kept SELECT ${batch}, sipHash64(${batch}, number) % 1000000000 FROM numbers(${ROWS})`,
      })
      .then(
        () => true,
        () => false,
      );

  it(
    'rejects what it cannot write, keeps what it has acknowledged, and goes on when there is room again',
    async () => {
      const [shard] = cluster.members;
      const disk = disks.of(shard?.name ?? '');
      // Where this machine does not allow a file system of its own, the fault run uses a limit of ClickHouse.
      if (disk === undefined) return;
      const acknowledged: number[] = [];
      for (let batch = 0; batch < 3; batch += 1) if (await insert(batch)) acknowledged.push(batch);
      expect(acknowledged).toEqual([0, 1, 2]);

      await disk.fill();
      for (let batch = 3; batch < 6; batch += 1) if (await insert(batch)) acknowledged.push(batch);
      expect(acknowledged).toEqual([0, 1, 2]);
      // An answer needs no disk. ClickHouse sends an empty one where it has no room for the file of a result.
      for (let times = 0; times < 20; times += 1) expect(await batches(reading)).toEqual(acknowledged);
      // Killed with the disk full, it starts again once there is room.
      shard?.signal('SIGKILL');
      await disk.release();
      await until('it answers', async () => (await batches(client)).length >= 0);
      expect(await batches(client)).toEqual(acknowledged);
      expect(await insert(7)).toBe(true);
      expect(await batches(client)).toEqual([...acknowledged, 7]);
      const [sums] = await select(
        client,
        Count,
        'SELECT count() AS rows, sum(batch) AS sum FROM test_full_disk.kept',
      );
      expect(sums).toEqual({ rows: 4 * ROWS, sum: (0 + 1 + 2 + 7) * ROWS });
    },
    TIMEOUT_MS,
  );

  // Without room ClickHouse answers 200 with the first 64 MB, and says that it was all; with little it hangs up.
  it.each([0, 300_000])(
    'never ends a download early as if it were complete, with room for %s bytes',
    async (room) => {
      const disk = disks.of(cluster.members[0]?.name ?? '');
      if (disk === undefined) return;
      await disk.fill(room);
      expect(await download(downloading).catch(() => 'broken off')).toBe('broken off');
      await disk.release();
      expect(await download(downloading)).toBe(DOWNLOADED);
    },
    TIMEOUT_MS,
  );
});
