import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { Value } from 'typebox/value';
import { signToken } from '../../../api/auth/tokens.ts';
import { listen, PortInUseError } from '../../../api/listen.ts';
import { ProblemSchema } from '../../../api/problems/schema.ts';
import { openWithoutServers, SECRET } from '../api-without-servers.ts';

/** The API with a ClickHouse that is at this address, or is not. */
const apiTo = (clickhouseUrl: string) => openWithoutServers({ clickhouseUrl });

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

/** Listens and accepts, and never says a word: a frozen ClickHouse. */
async function openSilence(): Promise<{ server: Server; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function get(url: string): Promise<{ status: number; retryAfter: string | null; body: unknown }> {
  const token = await signToken(SECRET, { role: 'admin', sub: 'ann', org: 'one' }, Date.now() + 60_000);
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const body: unknown = await response.json();
  if (response.status >= 400 && !Value.Check(ProblemSchema, body))
    throw new Error(`${url}: no problem document`);
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

// Errors of the ClickHouse client reach the console as well.
beforeEach(() => jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

describe('without ClickHouse', () => {
  it('the process is up and not ready, and figures are a 503 to retry', async () => {
    const nobody = await openSilence();
    const port = portOf(nobody.server);
    await nobody.close();
    const api = await apiTo(`http://127.0.0.1:${port}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    expect((await get(`${url}/healthz`)).status).toBe(200);
    expect(await get(`${url}/readyz`)).toMatchObject({
      status: 503,
      retryAfter: '2',
      // Anyone may ask: what is where is for the log.
      body: {
        type: 'unavailable',
        detail: expect.not.stringMatching(new RegExp(`ECONNREFUSED|127\\.0\\.0\\.1|${port}`)),
      },
    });
    for (const path of ['credits', 'credits/users', 'calls', 'billing/days']) {
      const answer = await get(`${url}/v1/orgs/one/${path}`);
      expect(answer).toMatchObject({ status: 503, retryAfter: '2', body: { type: 'unavailable' } });
    }
    await api.close();
  });

  it('frozen in the middle of the probe’s questions, it says so as soon', async () => {
    // Answers the first with no rows, and then no more.
    let asked = 0;
    const freezing = createHttpServer((request, response) => {
      request.resume();
      asked += 1;
      if (asked === 1) response.end();
    });
    await new Promise<void>((resolve) => freezing.listen(0, '127.0.0.1', resolve));
    const api = await apiTo(`http://127.0.0.1:${portOf(freezing)}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    const signal = AbortSignal.timeout(10_000);
    expect((await fetch(`${url}/readyz`, { signal })).status).toBe(503);
    expect(asked).toBe(2);
    await api.close();
    freezing.closeAllConnections();
    await new Promise((resolve) => freezing.close(resolve));
  });

  it('frozen, the probe says so within seconds', async () => {
    const frozen = await openSilence();
    const api = await apiTo(`http://127.0.0.1:${portOf(frozen.server)}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    const asked = Date.now();
    expect((await get(`${url}/readyz`)).status).toBe(503);
    expect(Date.now() - asked).toBeLessThan(4_500);
    await api.close();
    await frozen.close();
  });
});

describe('a server that is told to close', () => {
  it('answers what has reached it, and nothing more', async () => {
    const frozen = await openSilence();
    const api = await apiTo(`http://127.0.0.1:${portOf(frozen.server)}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    const arrived = new Promise<void>((resolve) => frozen.server.once('connection', () => resolve()));
    const running = get(`${url}/readyz`);
    await arrived;
    const closed = api.close();
    expect((await running).status).toBe(503);
    await closed;
    await expect(get(`${url}/healthz`)).rejects.toThrow('fetch failed');
    await frozen.close();
  });
});

describe('a port that is taken', () => {
  it('is an error that names PORT', async () => {
    const other = await openSilence();
    const api = await apiTo('http://127.0.0.1:1');
    await expect(listen(api.app, '127.0.0.1', portOf(other.server))).rejects.toThrow(PortInUseError);
    await expect(listen(api.app, '127.0.0.1', portOf(other.server))).rejects.toThrow(
      `PORT ${portOf(other.server)}`,
    );
    await api.close();
    await other.close();
  });
});
