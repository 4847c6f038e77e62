import { randomUUID } from 'node:crypto';
import type { Gate, GateOptions } from '../gate/contract.ts';
import { GateClient } from '../gate/gate-client.ts';
import { LeaseClient } from '../gate/lease-client.ts';

/**
 * A client of the gate, one for a process: decides from leased credits whether a call may go on.
 * @throws RangeError for an address that is not one
 */
export function createGate(options: GateOptions): Gate {
  const client = new LeaseClient(options.urls, options.token);
  return new GateClient(options, {
    now: Date.now,
    monotonicMs: () => performance.now(),
    newId: randomUUID,
    renew: (request) => client.renew(request),
  });
}
