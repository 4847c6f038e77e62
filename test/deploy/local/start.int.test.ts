import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../deploy/local/ports.ts';
import { readStack } from '../../../deploy/local/stack.ts';
import { until } from '../../../deploy/local/until.ts';
import { runDataDir, serverAddresses } from '../../servers/addresses.ts';
import { processesWith } from '../../servers/leaks.ts';
import { npmStart, type NpmStart } from './npm-start.ts';

describe('npm start', () => {
  let variables: { DATA_DIR: string; PORT: string };
  let stack: NpmStart;

  const ready = (): string => `ready http://127.0.0.1:${variables.PORT}\n`;
  const left = () => processesWith([`DATA_DIR=${variables.DATA_DIR}`]);

  beforeAll(async () => {
    variables = { DATA_DIR: mkdtempSync(join(runDataDir(), 'stack-')), PORT: String(await freePort()) };
    stack = npmStart(variables);
    await stack.untilPrinted(ready());
  });

  it('serves, and lists its processes in DATA_DIR/stack.json', async () => {
    const { url, pids } = readStack(variables.DATA_DIR);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(Object.keys(pids).toSorted()).toEqual(['aggregator', 'api', 'clickhouse', 'consumer', 'kafka']);
  });

  it('rejects a second stack on its directory or on its port, and says why', async () => {
    const sameDir = npmStart({ ...variables, PORT: String(await freePort()) });
    expect(await sameDir.exited).toBe(1);
    expect(sameDir.output()).toContain(`A local stack already runs on ${variables.DATA_DIR} (process `);

    const samePort = npmStart({ ...variables, DATA_DIR: join(runDataDir(), 'other-stack') });
    expect(await samePort.exited).toBe(1);
    expect(samePort.output()).toContain(`Port ${variables.PORT} is in use.`);
  });

  it('restarts a killed ClickHouse at its address', async () => {
    const { pids } = readStack(variables.DATA_DIR);
    const { clickhouse = 0 } = pids;
    process.kill(clickhouse, 'SIGKILL');
    await stack.untilPrinted('clickhouse exited (killed by SIGKILL)');
    const { url } = readStack(variables.DATA_DIR);
    const isReady = async () => (await fetch(`${url}/readyz`)).status === 200;
    const isAnother = () => readStack(variables.DATA_DIR).pids['clickhouse'] !== clickhouse;
    expect(await until(async () => (await isReady()) && isAnother(), 50_000)).toBe(true);
  });

  it('ends what an earlier stack left running when that was killed', async () => {
    process.kill(readStack(variables.DATA_DIR).process.pid, 'SIGKILL');
    await stack.exited;
    expect(left().length).toBeGreaterThanOrEqual(3);

    // Given servers make it quicker: it does not start its own.
    const { kafkaBrokers, clickhouseUrl } = serverAddresses();
    stack = npmStart({
      ...variables,
      KAFKA_BROKERS: kafkaBrokers,
      CLICKHOUSE_URL: clickhouseUrl,
      CLICKHOUSE_DATABASE: 'npm_start',
      TOPIC_PREFIX: 'npm-start.',
    });
    await stack.untilPrinted('stopped what an earlier start left running: ');
    await stack.untilPrinted(ready());
  });

  it('stops with everything that it started', async () => {
    stack.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
    expect(left()).toEqual([]);
    expect(readdirSync(join(variables.DATA_DIR, 'pids'))).toEqual([]);
    expect(() => readStack(variables.DATA_DIR)).toThrow('No local stack runs on');
  });
});
