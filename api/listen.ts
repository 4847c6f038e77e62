import { codeOf } from './problems/error-facts.ts';
import type { ApiServer } from './server.ts';

/** The port is taken: nothing was started, nothing must be cleaned up. */
export class PortInUseError extends Error {
  readonly code = 'PORT_IN_USE';
  constructor(host: string, port: number) {
    super(`PORT ${port} is in use on ${host}: choose another PORT, or stop what listens there.`);
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
