import { createServer, type Server } from 'node:http';
import { firstClusterContact } from '../../../platform/clickhouse/first-contact.ts';
import { createLogger } from '../../../platform/logging.ts';

const logger = createLogger('first contact test', 'fatal');
let server: Server;
let answers: string[] = [];

/** A server that answers each query with the next of these errors, and the last one from then on. */
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const [answer = ''] = answers.length > 1 ? answers.splice(0, 1) : answers;
    response.writeHead(500).end(answer);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

const contact = (): Promise<void> => {
  const address = server.address();
  return firstClusterContact(
    {
      CLICKHOUSE_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      CLICKHOUSE_DATABASE: 'credits',
      CLICKHOUSE_USER: 'someone',
      CLICKHOUSE_PASSWORD: '',
      CLICKHOUSE_CLUSTER: 'credits',
    },
    'first contact test',
    logger,
  );
};

describe('the first contact with a cluster', () => {
  it('waits for what passes, and ends where a grant is missing', async () => {
    answers = [
      'Code: 81. DB::Exception: Database credits does not exist. (UNKNOWN_DATABASE)',
      'Code: 497. DB::Exception: someone: Not enough privileges. (ACCESS_DENIED)',
    ];
    await expect(contact()).rejects.toMatchObject({
      code: 'CLUSTER',
      problems: [expect.stringMatching(/^the user someone needs SELECT on system\.clusters/)],
    });
    expect(answers).toHaveLength(1);
  });

  it('ends where the profile lets no query change its settings', async () => {
    answers = ["Code: 164. DB::Exception: Cannot modify 'async_insert' setting in readonly mode. (READONLY)"];
    await expect(contact()).rejects.toMatchObject({
      code: 'CLUSTER',
      problems: [expect.stringMatching(/^the profile of someone must let queries change their settings/)],
    });
  });
});
