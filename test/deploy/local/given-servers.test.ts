import { once } from 'node:events';
import { createServer } from 'node:http';
import { assertClickHouseAnswers } from '../../../deploy/local/given-servers.ts';
import { freePort } from '../../../deploy/local/ports.ts';

describe('a given ClickHouse', () => {
  it('that does not answer is reported without the password in its address', async () => {
    const port = await freePort();
    await expect(assertClickHouseAnswers(`http://ann:hunter2@127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'CLICKHOUSE_UNREACHABLE',
      message: expect.stringMatching(
        `^No ClickHouse answers at CLICKHOUSE_URL=http://\\*\\*\\*@127.0.0.1:${port} \\(connect ECONNREFUSED`,
      ),
    });
  });

  it('that answers is accepted, also with a password in its address', async () => {
    const port = await freePort();
    const server = createServer((_, response) => response.end('Ok.\n')).listen(port, '127.0.0.1');
    await once(server, 'listening');
    await expect(assertClickHouseAnswers(`http://ann:hunter2@127.0.0.1:${port}`)).resolves.toBeUndefined();
    server.close();
  });
});
