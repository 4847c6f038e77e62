import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { createLogger } from '../../platform/logging.ts';
import { Lease } from '../../store/lease.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';
import { until } from '../until.ts';

describe('the lease of aggregators', () => {
  let namespace: Namespace;
  let client: ClickHouseClient;
  beforeAll(async () => {
    namespace = openNamespace('lease');
    await migrate(namespace.settings);
    client = connectClickHouse(namespace.settings, 'lease test');
  });
  afterAll(async () => {
    await client.close();
    await namespace.drop();
  });
  /** By default it does not run out while a test waits for the disk. */
  const leaseOf = (holder: string, validMs = 60_000): Lease =>
    new Lease(client, 'tick', holder, createLogger('test', 'silent'), { validMs, renewEveryMs: 100 });

  /** Epoch milliseconds. */
  async function validUntil(): Promise<number> {
    const [row] = await select(
      client,
      Type.Object({ at: Type.Integer() }),
      'SELECT toUnixTimestamp64Milli(max(until)) AS at FROM aggregator_lease',
      {},
    );
    return row?.at ?? 0;
  }

  it('gives the work to one of them until it releases it', async () => {
    const [one, other] = [leaseOf('one'), leaseOf('other')];
    expect(await one.take()).toBe(true);
    expect(await other.take()).toBe(false);
    expect(await one.take()).toBe(true);
    // What it does not have it cannot release.
    await other.release();
    expect(await other.take()).toBe(false);
    await one.release();
    expect(await other.take()).toBe(true);
    expect(await one.take()).toBe(false);
    await other.release();
  });

  it('needs no statement while most of its time is left', async () => {
    const spy = jest.spyOn(client, 'query');
    const [holder, other] = [leaseOf('holder'), leaseOf('next')];
    try {
      expect(await holder.take()).toBe(true);
      const before = spy.mock.calls.length;
      expect(await holder.take()).toBe(true);
      expect(spy.mock.calls.length).toBe(before);
    } finally {
      spy.mockRestore();
    }
    await holder.release();
    expect(await other.take()).toBe(true);
    expect(await holder.take()).toBe(false);
    await other.release();
  });

  it('is renewed in time without being read, except every half minute', async () => {
    const holder = leaseOf('renewing', 3_000);
    expect(await holder.take()).toBe(true);
    let uptime = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => uptime);
    const reads = jest.spyOn(client, 'query');
    const writes = jest.spyOn(client, 'command');
    try {
      for (let renewals = 1; renewals < 15; renewals += 1) {
        uptime += 2_000;
        expect(await holder.take()).toBe(true);
        expect(writes).toHaveBeenCalledTimes(renewals);
      }
      expect(reads).not.toHaveBeenCalled();
      uptime += 2_500;
      expect(await holder.take()).toBe(true);
      expect(reads).toHaveBeenCalledTimes(1);
    } finally {
      for (const spy of [clock, reads, writes]) spy.mockRestore();
    }
    await holder.release();
  });

  it('is renewed again and again while the work of its holder takes longer', async () => {
    const [long, waiting] = [leaseOf('long'), leaseOf('waiting')];
    expect(await long.take()).toBe(true);
    await long.during(async () => {
      for (let renewals = 0; renewals < 3; renewals += 1) {
        const before = await validUntil();
        await until('it is renewed', async () => (await validUntil()) > before);
        expect(await waiting.take()).toBe(false);
      }
    });
    await long.release();
  });

  it('passes on after its holder has ended', async () => {
    const [ended, waiting] = [leaseOf('ended', 1_000), leaseOf('waiting')];
    expect(await ended.take()).toBe(true);
    // As after a kill: nothing renews it any more.
    await until('the other has it', () => waiting.take());
    expect(await ended.take()).toBe(false);
  });
});
