import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../deploy/local/ports.ts';
import { readStack } from '../../../deploy/local/stack.ts';
import { until } from '../../../deploy/local/until.ts';
import { runDataDir, serverAddresses } from '../../servers/addresses.ts';
import { processesWith } from '../../servers/leaks.ts';
import { outsideAddress } from './outside-address.ts';
import { npmStart, type NpmStart } from './npm-start.ts';

/** A user without any files. Only root can become another user; elsewhere the test is named as not run. */
const OTHER_USER = { uid: 65_534, gid: 65_534 };
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

const commandOf = (pid: number): string =>
  existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';

describe('npm start', () => {
  let variables: { DATA_DIR: string; PORT: string };
  let stack: NpmStart;

  const ready = (): string => `ready http://127.0.0.1:${variables.PORT}\n`;
  const left = () => processesWith([`DATA_DIR=${variables.DATA_DIR}`]);
  const isReady = async () => (await fetch(`${readStack(variables.DATA_DIR).url}/readyz`)).status === 200;

  beforeAll(async () => {
    variables = { DATA_DIR: mkdtempSync(join(runDataDir(), 'stack-')), PORT: String(await freePort()) };
    // As an earlier version created it.
    chmodSync(variables.DATA_DIR, 0o755);
    stack = npmStart(variables);
    await stack.untilPrinted(ready());
  });

  it('serves, and lists its processes in DATA_DIR/stack.json', async () => {
    const { pids } = readStack(variables.DATA_DIR);
    // It gives up with 503 after two seconds, which a busy machine may need.
    expect(await until(isReady, 50_000)).toBe(true);
    expect(Object.keys(pids).toSorted()).toEqual([
      'aggregator',
      'alerts',
      'api',
      'clickhouse',
      'consumer',
      'kafka',
    ]);
  });

  it('prints a link to sign in before it is ready, which works once', async () => {
    const [, code] =
      /^sign in: http:\/\/127\.0\.0\.1:\d+\/#code=([\w-]+)\nready /m.exec(stack.output()) ?? [];
    const redeem = (): Promise<Response> =>
      fetch(`${readStack(variables.DATA_DIR).url}/local/sign-in/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      });
    expect([(await redeem()).status, (await redeem()).status]).toEqual([200, 401]);
  });

  it('closes its data directory, and all that it writes there, to other users', () => {
    const files = readdirSync(variables.DATA_DIR, { recursive: true, withFileTypes: true });
    const open = files
      .map((file) => join(file.parentPath, file.name))
      .filter((file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(statSync(variables.DATA_DIR).mode & 0o777).toBe(0o700);
    expect(files.length).toBeGreaterThan(100);
  });

  asRoot('another user of the machine', () => {
    it('reads nothing of the stack', () => {
      const { pids } = readStack(variables.DATA_DIR);
      const targets = ['', 'secret', 'stack.json', 'clickhouse.xml', 'passwords/api_owner', 'logs/api.log']
        .map((name) => join(variables.DATA_DIR, name))
        .concat(Object.values(pids).map((pid) => `/proc/${pid}/environ`));
      for (const target of targets) {
        const { status, stdout } = spawnSync('/bin/sh', ['-c', 'ls "$0/" || cat "$0"', target], {
          ...OTHER_USER,
          encoding: 'utf8',
        });
        expect({ target, status, stdout }).toEqual({ target, status: 1, stdout: '' });
      }
    });
  });

  it('shows no password on a command line', () => {
    const { logins, pids } = readStack(variables.DATA_DIR);
    const secrets = [logins?.owner, logins?.writer, logins?.alerts, logins?.reader, logins?.gate]
      .map((login) => readFileSync(login?.CLICKHOUSE_PASSWORD_FILE ?? '', 'utf8').trim())
      .concat(readFileSync(join(variables.DATA_DIR, 'secret'), 'utf8').trim());
    const commands = Object.values(pids).map((pid) => commandOf(pid));
    expect(secrets.filter((secret) => commands.some((command) => command.includes(secret)))).toEqual([]);
  });

  it('listens on the loopback address alone', async () => {
    const { url, settings } = readStack(variables.DATA_DIR);
    const address = outsideAddress();
    if (address === undefined) return;
    for (const place of [url, settings['CLICKHOUSE_URL'], `http://${settings['KAFKA_BROKERS']}`]) {
      const { port } = new URL(place ?? '');
      await expect(fetch(`http://${address}:${port}/`)).rejects.toMatchObject({
        cause: { code: 'ECONNREFUSED' },
      });
    }
  });

  it('rejects a second stack on its directory or on its port, and says why', async () => {
    const sameDir = npmStart({ ...variables, PORT: String(await freePort()) });
    expect(await sameDir.exited).toBe(1);
    expect(sameDir.output()).toContain(`A local stack already runs on ${variables.DATA_DIR} (process `);

    const samePort = npmStart({ ...variables, DATA_DIR: join(runDataDir(), 'other-stack') });
    expect(await samePort.exited).toBe(1);
    expect(samePort.output()).toContain(`Port ${variables.PORT} is in use, and api needs it.`);
  });

  it('restarts a killed ClickHouse at its address', async () => {
    const { pids } = readStack(variables.DATA_DIR);
    const { clickhouse = 0 } = pids;
    process.kill(clickhouse, 'SIGKILL');
    await stack.untilPrinted('clickhouse exited (killed by SIGKILL)');
    const isAnother = () => readStack(variables.DATA_DIR).pids['clickhouse'] !== clickhouse;
    expect(await until(async () => (await isReady()) && isAnother(), 50_000)).toBe(true);
  });

  it('ends what an earlier stack left running when that was killed', async () => {
    process.kill(readStack(variables.DATA_DIR).process.pid, 'SIGKILL');
    await stack.exited;
    expect(left().length).toBeGreaterThanOrEqual(3);

    // Given servers make it quicker: it does not start its own.
    const { kafkaBrokers, clickhouseUrl, clickhouseUser, clickhousePassword } = serverAddresses();
    stack = npmStart({
      ...variables,
      KAFKA_BROKERS: kafkaBrokers,
      CLICKHOUSE_URL: clickhouseUrl,
      CLICKHOUSE_USER: clickhouseUser,
      CLICKHOUSE_PASSWORD: clickhousePassword,
      CLICKHOUSE_DATABASE: 'test_npm_start',
      TOPIC_PREFIX: 'npm-start.',
    });
    await stack.untilPrinted('stopped what an earlier start left running: ');
    await stack.untilPrinted(ready());
    // With servers of others no one becomes anyone.
    expect(stack.output()).not.toContain('sign in: ');
    expect((await fetch(`${readStack(variables.DATA_DIR).url}/local/sign-in`)).status).toBe(404);
  });

  it('stops with everything that it started', async () => {
    stack.kill('SIGTERM');
    expect(await stack.exited).toBe(0);
    expect(left()).toEqual([]);
    expect(readdirSync(join(variables.DATA_DIR, 'pids'))).toEqual([]);
    expect(() => readStack(variables.DATA_DIR)).toThrow('No local stack runs on');
  });
});
