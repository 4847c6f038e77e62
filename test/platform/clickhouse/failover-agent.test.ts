import { createServer, request, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { freePort } from '../../../deploy/local/ports.ts';
import { failoverAgent } from '../../../platform/clickhouse/failover-agent.ts';
import { until } from '../../until.ts';

const servers: Server[] = [];
let uptime = 0;

/** @param again the port of a server that was closed: no outgoing connection has got it meanwhile */
async function serve(name: string, again?: number): Promise<string> {
  const port = again ?? (await freePort());
  const server = createServer((_request, response) => void response.end(name));
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${port}`;
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
    // Once: a second error of a request would end the process.
    sent.once('error', reject);
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

  it('share at most maxSockets connections, also while these are being opened', async () => {
    const address = await serve('one');
    let connections = 0;
    servers[0]?.on('connection', () => (connections += 1));
    const agent = failoverAgent({ addresses: [address], keepAlive: true, maxSockets: 2 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(agent)));
    expect(answers).toEqual(Array.from({ length: 10 }, () => 'one'));
    expect(connections).toBe(2);
    agent.destroy();
  });

  it('fail, each once, when the last server goes down, also those that wait for a connection', async () => {
    const agent = failoverAgent({ addresses: [await serve('one')], keepAlive: true, maxSockets: 2 });
    let running = 0;
    servers[0]?.removeAllListeners('request').on('request', () => (running += 1));
    const answers = Promise.allSettled(Array.from({ length: 6 }, () => ask(agent)));
    await until('both connections are busy', () => running === 2);
    await close(servers.pop());
    expect((await answers).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
    await until('no connection is left', () => Object.values(agent.sockets).flat().length === 0);
  });

  it('end when the agent is destroyed while it opens their connection', async () => {
    const agent = agentOf([await serve('one'), await serve('two')]);
    let requests = 0;
    for (const server of servers) server.on('request', () => (requests += 1));
    const answer = ask(agent);
    agent.destroy();
    await expect(answer).rejects.toThrow('the agent was destroyed');
    expect(requests).toBe(0);
    await until('no connection is left', () => Object.values(agent.sockets).flat().length === 0);
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
