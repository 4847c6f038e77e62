import { codeOf } from './problems/error-facts.ts';
import type { ApiServer } from './server.ts';

/** Another process listens on the port. Nothing was started, so nothing needs to be cleaned up. */
export class PortInUseError extends Error {
  readonly code = 'PORT_IN_USE';
  constructor(host: string, port: number) {
    super(`PORT ${port} is in use on ${host}: choose another PORT or stop the process that listens there.`);
    this.name = 'PortInUseError';
  }
}

/** @returns the address it listens on. Throws PortInUseError. */
export async function listen(app: ApiServer, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') {
      throw new PortInUseError(host, port);
    }
    throw error;
  }
}
