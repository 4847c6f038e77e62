import { connect } from 'node:net';
import { once } from 'node:events';
import { freePort } from '../../../deploy/local/ports.ts';
import { createLogger } from '../../../platform/logging.ts';
import { openHealth } from '../../../platform/health/server.ts';
import { observedCounter, observedGauge } from '../../../platform/health/observed-metrics.ts';

const logger = createLogger('test', 'silent');

async function opened() {
  const port = await freePort();
  const health = await openHealth({ HEALTH_PORT: port, HEALTH_HOST: '127.0.0.1' }, logger);
  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });
  return { port, health, get };
}

describe('the health port', () => {
  it('says that the process lives, and what keeps it from its work', async () => {
    const { health, get } = await opened();
    expect((await get('/healthz')).status).toBe(200);
    const starting = await get('/readyz');
    expect([starting.status, await starting.json()]).toEqual([
      503,
      { status: 'not-ready', problems: ['The process is starting'] },
    ]);
    health.readyWhen(() => []);
    const ready = await get('/readyz?verbose');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    expect((await get('/readyz', 'HEAD')).status).toBe(200);
  });

  it('says in the metrics whether the process is ready', async () => {
    const { health, get } = await opened();
    const metrics = async () => (await get('/metrics')).text();
    expect(await metrics()).toMatch(/^api_credits_process_ready 0$/m);
    health.readyWhen(() => []);
    expect(await metrics()).toMatch(/^api_credits_process_ready 1$/m);
  });

  it('has metrics for Prometheus, those of Node and what is read at the scrape', async () => {
    const { health, get } = await opened();
    let landed = 1;
    observedCounter(health.metrics, { name: 'landed_total', help: 'x' }, () => landed);
    observedGauge(health.metrics, { name: 'lag', help: 'x', labelNames: ['partition'] }, () => [
      { labels: { partition: 3 }, value: 7 },
    ]);
    observedGauge(health.metrics, { name: 'unknown', help: 'x' }, () => undefined);
    landed = 5;
    const scrape = await get('/metrics');
    const text = await scrape.text();
    expect(scrape.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    expect(text).toContain('\nlanded_total 5\n');
    expect(text).toContain('\nlag{partition="3"} 7\n');
    expect(text).not.toMatch(/^unknown /m);
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('rejects other methods and paths', async () => {
    const { get } = await opened();
    const post = await get('/readyz', 'POST');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await get('/')).status).toBe(404);
  });

  it('closes the connection of a scrape whose metrics cannot be read, and goes on', async () => {
    const { health, get } = await opened();
    observedGauge(health.metrics, { name: 'broken', help: 'x' }, () => {
      throw new Error('broken');
    });
    await expect(get('/metrics')).rejects.toThrow('fetch failed');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('takes no more than 32 connections at a time', async () => {
    const { port, get } = await opened();
    const idle = Array.from({ length: 32 }, () => connect(port, '127.0.0.1'));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const further = connect(port, '127.0.0.1').on('error', () => {});
    await once(further, 'close');
    await Promise.all(
      idle.map(async (socket) => {
        socket.destroy();
        await once(socket, 'close');
      }),
    );
    expect((await get('/healthz')).status).toBe(200);
  });

  it('that is in use is an error that names the setting', async () => {
    const { port } = await opened();
    await expect(openHealth({ HEALTH_PORT: port, HEALTH_HOST: '127.0.0.1' }, logger)).rejects.toMatchObject({
      code: 'HEALTH_PORT_NOT_USABLE',
      message: expect.stringMatching(`^HEALTH_PORT ${port} cannot be used on 127.0.0.1 \\(listen EADDRINUSE`),
    });
  });

  it('is not there without HEALTH_PORT', async () => {
    const { metrics } = await openHealth({ HEALTH_HOST: '127.0.0.1' }, logger);
    expect(await metrics.metrics()).toBe('\n');
  });
});
