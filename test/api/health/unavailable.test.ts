import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { Value } from 'typebox/value';
import { signToken } from '../../../api/auth/tokens.ts';
import { listen, PortInUseError } from '../../../api/listen.ts';
import { ProblemSchema } from '../../../api/problems/schema.ts';
import { openWithoutServers, SECRET } from '../api-without-servers.ts';

/** The API with a ClickHouse at this address, which may be unreachable. */
const apiTo = (clickhouseUrl: string) => openWithoutServers({ clickhouseUrl });

/** Less than the 22 s that a query would wait for its answer without the probe's own limit of 2 s. */
const PROBED_WITHIN_MS = 20_000;
/** A stalled machine may use up the limit of a probe before its second query. */
const PROBES = 5;

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

/** Accepts connections and never answers: a frozen ClickHouse. */
async function openFrozen(): Promise<{ server: Server; close: () => Promise<void> }> {
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
    throw new Error(`${url}: not a problem document`);
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

// The ClickHouse client also writes its errors to the console.
beforeEach(() => jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

describe('without ClickHouse', () => {
  it('the process is up and not ready, and figures are a 503 to retry', async () => {
    const closed = await openFrozen();
    const port = portOf(closed.server);
    await closed.close();
    const api = await apiTo(`http://127.0.0.1:${port}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    expect((await get(`${url}/healthz`)).status).toBe(200);
    expect(await get(`${url}/readyz`)).toMatchObject({
      status: 503,
      retryAfter: '2',
      // The probe is public: addresses belong into the log.
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

  it('the probe fails as soon if ClickHouse freezes between its queries', async () => {
    // Answers the first query with no rows, and then nothing.
    let queries = 0;
    const freezing = createHttpServer((request, response) => {
      request.resume();
      queries += 1;
      if (queries === 1) response.end();
    });
    await new Promise<void>((resolve) => freezing.listen(0, '127.0.0.1', resolve));
    const api = await apiTo(`http://127.0.0.1:${portOf(freezing)}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    for (let probe = 0; probe < PROBES && queries < 2; probe += 1) {
      queries = 0;
      const signal = AbortSignal.timeout(PROBED_WITHIN_MS);
      expect((await fetch(`${url}/readyz`, { signal })).status).toBe(503);
    }
    expect(queries).toBeGreaterThan(1);
    await api.close();
    freezing.closeAllConnections();
    await new Promise((resolve) => freezing.close(resolve));
  });

  it('the probe fails within seconds if ClickHouse is frozen', async () => {
    const frozen = await openFrozen();
    const api = await apiTo(`http://127.0.0.1:${portOf(frozen.server)}`);
    const url = await listen(api.app, '127.0.0.1', 0);
    const startedAt = Date.now();
    expect((await get(`${url}/readyz`)).status).toBe(503);
    expect(Date.now() - startedAt).toBeLessThan(PROBED_WITHIN_MS);
    await api.close();
    await frozen.close();
  });
});

describe('a server that closes', () => {
  it('answers the requests that have arrived, and no more', async () => {
    const frozen = await openFrozen();
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

describe('a port in use', () => {
  it('is an error that names PORT', async () => {
    const other = await openFrozen();
    const api = await apiTo('http://127.0.0.1:1');
    await expect(listen(api.app, '127.0.0.1', portOf(other.server))).rejects.toThrow(PortInUseError);
    await expect(listen(api.app, '127.0.0.1', portOf(other.server))).rejects.toThrow(
      `PORT ${portOf(other.server)}`,
    );
    await api.close();
    await other.close();
  });
});
