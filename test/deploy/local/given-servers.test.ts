import { once } from 'node:events';
import { createServer } from 'node:http';
import { untilClickHouseAnswers, untilKafkaAnswers } from '../../../deploy/local/given-servers.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import { whileServersBlink } from '../../../deploy/local/server-away.ts';

const quiet = { print: () => undefined, withinMs: 100 };

/** A step that fails with these, one after the other, and then succeeds. */
const failing = (...errors: Error[]) => {
  return () => {
    const error = errors.shift();
    return error ? Promise.reject(error) : Promise.resolve('done');
  };
};

describe('a given ClickHouse', () => {
  it('that does not answer is reported without the password in its address', async () => {
    const port = await freePort();
    await expect(untilClickHouseAnswers(`http://ann:hunter2@127.0.0.1:${port}`, quiet)).rejects.toMatchObject(
      {
        code: 'CLICKHOUSE_UNREACHABLE',
        message: expect.stringMatching(
          `^No ClickHouse answers at CLICKHOUSE_URL=http://\\*\\*\\*@127.0.0.1:${port} \\(connect ECONNREFUSED`,
        ),
      },
    );
  });

  it('is waited for, and the wait is printed', async () => {
    const port = await freePort();
    const server = createServer((_, response) => response.end('Ok.\n'));
    const printed: string[] = [];
    const print = (line: string): void => {
      printed.push(line);
      server.listen(port, '127.0.0.1');
    };
    const url = `http://ann:hunter2@127.0.0.1:${port}`;
    await untilClickHouseAnswers(url, { print, withinMs: 60_000 });
    expect(printed).toEqual([
      expect.stringMatching(/^waiting until ClickHouse answers at CLICKHOUSE_URL=http:\/\/\*\*\*@127/),
    ]);
    server.close();
    await once(server, 'close');
  });
});

describe('a given Kafka', () => {
  it('that does not answer is reported when the patience ends', async () => {
    const port = await freePort();
    await expect(untilKafkaAnswers({ KAFKA_BROKERS: `127.0.0.1:${port}` }, quiet)).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      message: expect.stringMatching(
        `^No Kafka answers at KAFKA_BROKERS=127.0.0.1:${port} \\(.*ECONNREFUSED`,
      ),
    });
  });
});

describe('a step of the start', () => {
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  it('runs again while a server is away', async () => {
    const printed: string[] = [];
    const print = (line: string): number => printed.push(line);
    expect(await whileServersBlink(failing(away), { print, withinMs: 60_000 })).toBe('done');
    expect(printed).toEqual(['a server does not answer; trying again (Error: connect ECONNREFUSED)']);
  });

  it('fails at once for another reason, and when the patience ends', async () => {
    const other = new Error('syntax error');
    await expect(whileServersBlink(failing(other), { ...quiet, withinMs: 60_000 })).rejects.toBe(other);
    await expect(whileServersBlink(failing(away), { ...quiet, withinMs: 0 })).rejects.toBe(away);
  });
});
