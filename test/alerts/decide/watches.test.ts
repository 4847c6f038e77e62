import { Watches } from '../../../alerts/decide/watches.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';

/** Nothing is read of it here. */
const nowhere = { CLICKHOUSE_URL: 'http://127.0.0.1:1', CLICKHOUSE_DATABASE: 'none' };
const client = connectClickHouse({ ...nowhere, CLICKHOUSE_USER: 'none', CLICKHOUSE_PASSWORD: '' }, 'test');
afterAll(() => client.close());

describe('what has landed', () => {
  const [now, uptime] = [1_000_000, 5_000];

  it('may be lacking before it was read, and after a minute without reading it, by either clock', async () => {
    const watches = new Watches();
    expect(watches.mayLack({ now, uptime })).toBe(true);
    await watches.refresh(client, new Map(), { now, uptime }, () => undefined);
    expect(watches.mayLack({ now: now + 500, uptime: uptime + 500 })).toBe(false);
    // A suspended machine; a clock that was set; a ClickHouse that did not answer.
    expect(watches.mayLack({ now: now + 61_000, uptime: uptime + 500 })).toBe(true);
    expect(watches.mayLack({ now: now - 61_000, uptime: uptime + 500 })).toBe(true);
    expect(watches.mayLack({ now: now + 500, uptime: uptime + 61_000 })).toBe(true);
  });
});
