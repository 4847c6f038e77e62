import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signToken } from '../../../api/auth/tokens.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import { readStack } from '../../../deploy/local/stack.ts';
import { runDataDir, serverAddresses } from '../../servers/addresses.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { tcpProxy, type TcpProxy } from '../../servers/tcp-proxy.ts';
import { until } from '../../until.ts';
import { npmStart, type NpmStart } from './npm-start.ts';

const ORG = '/v1/orgs/across/additional-limit';

/** One after the other: the second API listens on the port after that of the first. */
async function twoFreePorts(): Promise<readonly [number, number]> {
  for (;;) {
    const port = await freePort();
    const next = await freePort(() => port + 1).catch(() => undefined);
    if (next !== undefined) return [port, next];
  }
}

describe('npm start -- --consumers 2 --apis 2 --aggregators 2', () => {
  let stack: NpmStart;
  let namespace: Namespace;
  let apis: readonly [string, string];
  let dataDir: string;
  let kafka: TcpProxy;
  let clickhouse: TcpProxy;

  beforeAll(async () => {
    const [port, next] = await twoFreePorts();
    apis = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${next}`];
    dataDir = mkdtempSync(join(runDataDir(), 'several-'));
    namespace = openNamespace('several', serverAddresses());
    const { kafkaBrokers, clickhouseUrl } = serverAddresses();
    kafka = await tcpProxy(kafkaBrokers);
    clickhouse = await tcpProxy(new URL(clickhouseUrl).host);
    const variables = {
      ...namespace.settings,
      KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
      CLICKHOUSE_URL: `http://127.0.0.1:${clickhouse.port}`,
      DATA_DIR: dataDir,
      PORT: String(port),
      UNKNOWN_ORGS: 'local',
    };
    stack = npmStart(variables, ['--consumers', '2', '--apis', '2', '--aggregators', '2']);
    // Given servers may start later.
    await stack.untilPrinted('waiting until Kafka answers at KAFKA_BROKERS=');
    await stack.untilPrinted('waiting until ClickHouse answers at CLICKHOUSE_URL=');
    await Promise.all([kafka.open(), clickhouse.open()]);
    await stack.untilPrinted(`ready ${apis[0]}\n`);
  });
  afterAll(async () => {
    stack.kill('SIGTERM');
    await stack.exited;
    await Promise.all([kafka.close(), clickhouse.close()]);
    await namespace.drop();
  });

  async function send(api: string, method: string, path: string, body?: object, headers = {}) {
    const [secret] = [readFileSync(join(dataDir, 'secret'), 'utf8').trim()];
    const claims = { role: 'super_admin', sub: 'ann', org: 'across' } as const;
    const token = await signToken(Buffer.from(secret), claims, Date.now() + 600_000);
    const response = await fetch(api + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const readiness = () => Promise.all(apis.map(async (api) => (await fetch(`${api}/readyz`)).status));

  it('lists each process, and prints where each API answers before it is ready', async () => {
    expect(Object.keys(readStack(dataDir).pids).toSorted()).toEqual(
      ['aggregator', 'aggregator-2', 'alerts', 'api', 'api-2', 'consumer', 'consumer-2'].toSorted(),
    );
    expect(stack.output().trimEnd().split('\n').slice(-2)).toEqual([`api-2 ${apis[1]}`, `ready ${apis[0]}`]);
    // Each gives up with 503 after two seconds, which a busy machine may need.
    await until('both are ready', async () => (await readiness()).join() === '200,200');
  });

  it('shows a change that one API records in the other’s next answer', async () => {
    for (const [round, credits] of [70_000, 80_000, 90_000, 100_000].entries()) {
      const [one, other] = round % 2 === 0 ? apis : [apis[1], apis[0]];
      expect((await send(one, 'PUT', ORG, { credits })).status).toBe(200);
      expect((await send(other, 'GET', ORG)).body).toMatchObject({ credits });
    }
  });

  it('records a request once that is repeated to the other API under its Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'once-across-both' };
    const sent = await Promise.all(apis.map((api) => send(api, 'PUT', ORG, { credits: 55_000 }, key)));
    expect(sent.map(({ status }) => status)).toEqual([200, 200]);
    expect(sent[0]?.body).toMatchObject({ effective_at: Object(sent[1]?.body).effective_at });
    expect((await send(apis[1], 'PUT', ORG, { credits: 1 }, key)).body).toMatchObject({
      type: 'idempotency-key-used',
    });
    const history = await send(apis[0], 'GET', '/v1/orgs/across/settings/history');
    const texts = JSON.stringify(history.body).match(/55000/g);
    expect({ status: history.status, times: texts?.length }).toEqual({ status: 200, times: 1 });
  });

  it('runs on while given servers blink', async () => {
    const { pids } = readStack(dataDir);
    await Promise.all([kafka.close(), clickhouse.close()]);
    await until('no API is ready', async () => (await readiness()).join() === '503,503');
    await Promise.all([kafka.open(), clickhouse.open()]);
    await until('both are again', async () => (await readiness()).join() === '200,200');
    await until('a change is recorded again', async () => {
      return (await send(apis[1], 'PUT', ORG, { credits: 60_000 })).status === 200;
    });
    expect(readStack(dataDir).pids).toEqual(pids);
    expect(stack.output()).not.toContain(' exited (');
  });
});
