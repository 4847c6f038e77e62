import type { ApiServer } from '../server.ts';

/**
 * A server that is told to close answers what has reached it and ends each connection with its answer; otherwise a
 * client that keeps its connection would hold the process until the keep-alive timeout, 72 s.
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
