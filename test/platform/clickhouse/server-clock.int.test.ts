import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { ClockNotReadError, ServerClock } from '../../../platform/clickhouse/server-clock.ts';
import { SECOND_MS } from '../../../schemas/time-units.ts';
import { openNamespace } from '../../servers/namespace.ts';

/** A monotonic clock that the test moves. */
let uptime = 0;
/** How much it moves while ClickHouse is read. */
let readingMs = 0;
const steps = (): number => (uptime += readingMs);

describe('the clock of ClickHouse', () => {
  const namespace = openNamespace('server-clock');
  let client: ClickHouseClient;
  let clock: ServerClock;
  beforeAll(() => {
    client = connectClickHouse({ ...namespace.settings, CLICKHOUSE_DATABASE: 'default' }, 'test clock');
  });
  beforeEach(() => {
    [uptime, readingMs] = [5_000, 0];
    clock = new ServerClock(client, steps, false);
  });
  afterAll(() => client.close());

  it('is not known before the first reading', () => {
    expect(() => clock.now()).toThrow(ClockNotReadError);
  });

  it('is carried on by the monotonic clock, whatever the clock of this machine says', async () => {
    await clock.refresh();
    const first = clock.now();
    // The servers of the tests run on this machine.
    expect(Math.abs(first - Date.now())).toBeLessThan(60 * SECOND_MS);
    uptime += 7 * SECOND_MS;
    expect(clock.now() - first).toBe(7 * SECOND_MS);
  });

  it('is read again after ten seconds, but not by a reading that may be far off', async () => {
    await clock.refresh();
    const first = clock.now();
    uptime += 9 * SECOND_MS;
    await clock.refresh();
    expect(clock.now() - first).toBe(9 * SECOND_MS);
    // As if the process had been suspended: half of that is how far the reading may be off.
    uptime += 91 * SECOND_MS;
    readingMs = 2 * SECOND_MS;
    await clock.refresh();
    readingMs = 0;
    expect(clock.now() - first).toBeGreaterThan(99 * SECOND_MS);
    await clock.refresh();
    expect(clock.now() - first).toBeLessThan(60 * SECOND_MS);
  });
});
