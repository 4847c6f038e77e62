import type { ApiServer } from '../server.ts';

/**
 * While the server closes, it answers the requests that have arrived and ends each connection with the answer.
 * Otherwise a keep-alive connection would hold the process for up to 72 s.
 */
export function closeConnectionsOnShutdown(app: ApiServer): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
