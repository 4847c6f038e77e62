import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { failoverAgent } from '../../../platform/clickhouse/failover-agent.ts';

const servers: Server[] = [];
let uptime = 0;

async function serve(name: string, port = 0): Promise<string> {
  const server = createServer((_request, response) => void response.end(name));
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server)}`;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function close(server: Server | undefined): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => void server?.close(resolve));
}

/** Without kept connections, each request opens one. */
const agentOf = (addresses: readonly string[]) =>
  failoverAgent({ addresses, keepAlive: false, uptime: () => uptime });

const ask = (agent: ReturnType<typeof agentOf>): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(
      'http://any.invalid/',
      { agent },
      (answer) => void text(answer).then(resolve, reject),
    );
    sent.on('error', reject);
    sent.end();
  });

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => close(server)));
});

describe('requests to several servers', () => {
  it('go to each in turn', async () => {
    const agent = agentOf([await serve('one'), await serve('two')]);
    expect([await ask(agent), await ask(agent), await ask(agent)]).toEqual(['one', 'two', 'one']);
  });

  it('pass over a server that is down, and return to it once it answers again', async () => {
    const [one, two] = [await serve('one'), await serve('two')];
    const agent = agentOf([one, two]);
    await close(servers[0]);
    expect([await ask(agent), await ask(agent), await ask(agent)]).toEqual(['two', 'two', 'two']);
    await serve('one', Number(new URL(one).port));
    expect(await ask(agent)).toBe('two');
    uptime += 10_001;
    expect([await ask(agent), await ask(agent)].toSorted()).toEqual(['one', 'two']);
  });

  it('fail with the reason of each server where none answers', async () => {
    const addresses = [await serve('one'), await serve('two')];
    await Promise.all(servers.splice(0).map((server) => close(server)));
    await expect(ask(agentOf(addresses))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringMatching(/None of http:\S+, http:\S+ accepts a connection: .*; .*/),
    });
  });
});
