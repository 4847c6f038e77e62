import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../deploy/local/ports.ts';
import { readStack } from '../../../deploy/local/stack.ts';
import { until } from '../../../deploy/local/until.ts';
import { runDataDir, serverAddresses } from '../../servers/addresses.ts';
import { processesWith } from '../../servers/leaks.ts';
import { npmStart, type NpmStart } from './npm-start.ts';

describe('npm start', () => {
  let settings: { DATA_DIR: string; PORT: string };
  let stack: NpmStart;

  const ready = (): string => `ready http://127.0.0.1:${settings.PORT}\n`;
  const left = () => processesWith([`DATA_DIR=${settings.DATA_DIR}`]);

  beforeAll(async () => {
    settings = { DATA_DIR: mkdtempSync(join(runDataDir(), 'stack-')), PORT: String(await freePort()) };
    stack = npmStart(settings);
    await stack.untilPrinted(ready());
  });

  it('serves, and names its parts in DATA_DIR/stack.json', async () => {
    const { url, pids } = readStack(settings.DATA_DIR);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(Object.keys(pids).toSorted()).toEqual(['aggregator', 'api', 'clickhouse', 'consumer', 'kafka']);
  });

  it('refuses a second one on its directory, and one on its port, in plain words', async () => {
    const sameDir = npmStart({ ...settings, PORT: String(await freePort()) });
    expect(await sameDir.exited).toBe(1);
    expect(sameDir.output()).toContain(`A local stack already runs on ${settings.DATA_DIR} (process `);

    const samePort = npmStart({ ...settings, DATA_DIR: join(runDataDir(), 'other-stack') });
    expect(await samePort.exited).toBe(1);
    expect(samePort.output()).toContain(`Port ${settings.PORT} is in use.`);
  });

  it('starts a killed ClickHouse again at its address', async () => {
    const { pids } = readStack(settings.DATA_DIR);
    const { clickhouse = 0 } = pids;
    process.kill(clickhouse, 'SIGKILL');
    await stack.untilPrinted('clickhouse ended (ended by SIGKILL)');
    const { url } = readStack(settings.DATA_DIR);
    const isReady = async () => (await fetch(`${url}/readyz`)).status === 200;
    const isAnother = () => readStack(settings.DATA_DIR).pids['clickhouse'] !== clickhouse;
    expect(await until(async () => (await isReady()) && isAnother(), 50_000)).toBe(true);
  });

  it('started again after it was killed itself, ends what that left behind', async () => {
    process.kill(readStack(settings.DATA_DIR).process.pid, 'SIGKILL');
    await stack.exited;
    expect(left().length).toBeGreaterThanOrEqual(3);

    // Given servers, only to be quicker: they are none of its own.
    const { kafkaBrokers, clickhouseUrl } = serverAddresses();
    stack = npmStart({
      ...settings,
      KAFKA_BROKERS: kafkaBrokers,
      CLICKHOUSE_URL: clickhouseUrl,
      CLICKHOUSE_DATABASE: 'npm_start',
      TOPIC_PREFIX: 'npm-start.',
    });
    await stack.untilPrinted('ended what an earlier start left running: ');
    await stack.untilPrinted(ready());
  });

  it('ends with everything it started when it is told to', async () => {
    stack.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
    expect(left()).toEqual([]);
    expect(readdirSync(join(settings.DATA_DIR, 'pids'))).toEqual([]);
    expect(() => readStack(settings.DATA_DIR)).toThrow('No local stack runs on');
  });
});
