import { once } from 'node:events';
import { createServer } from 'node:net';
import { assertPortsFree, membersOf } from '../../../deploy/local/members.ts';
import { freePort } from '../../../deploy/local/ports.ts';

const shown = (members: ReturnType<typeof membersOf>) => members.map(({ name, port }) => [name, port]);

describe('the processes of a local stack', () => {
  it('are named and have ports of their own', () => {
    const counts = { consumer: 2, aggregator: 2, alerts: 1, gate: 1, api: 3 };
    expect(shown(membersOf(counts, { PORT: 8080, HEALTH_PORT: 9100 }))).toEqual([
      ['consumer', 9100],
      ['consumer-2', 9101],
      ['aggregator', 9102],
      ['aggregator-2', 9103],
      ['alerts', 9104],
      ['gate', 8090],
      ['api', 8080],
      ['api-2', 8081],
      ['api-3', 8082],
    ]);
    expect(
      shown(membersOf({ consumer: 1, aggregator: 1, alerts: 1, gate: 0, api: 1 }, { PORT: 8080 })),
    ).toEqual([
      ['consumer', undefined],
      ['aggregator', undefined],
      ['alerts', undefined],
      ['api', 8080],
    ]);
  });

  it('do not start where a port is in use, which is named with its process', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const members = membersOf({ consumer: 1, aggregator: 1, alerts: 1, gate: 0, api: 2 }, { PORT: port - 1 });
    await expect(assertPortsFree(members)).rejects.toThrow(
      `Port ${port} is in use, and api-2 needs it. Stop the program that listens there, or set PORT to a free port.`,
    );
    server.close();
  });

  it('do not start with ports that overlap or do not exist', async () => {
    const port = await freePort();
    const overlapping = membersOf(
      { consumer: 1, aggregator: 1, alerts: 1, gate: 0, api: 1 },
      { PORT: port, HEALTH_PORT: port },
    );
    await expect(assertPortsFree(overlapping)).rejects.toThrow('consumer and api would both listen on it');
    const beyond = membersOf({ consumer: 1, aggregator: 1, alerts: 1, gate: 0, api: 2 }, { PORT: 65_535 });
    await expect(assertPortsFree(beyond)).rejects.toThrow('Port 65536 cannot be used: api-2 would');
  });
});
