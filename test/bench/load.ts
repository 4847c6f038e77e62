import type { NamespaceSettings } from '../servers/namespace.ts';
import { eventClockEnvironment } from './event-clock.ts';
import { startProgram, type Program } from './program-messages.ts';

/** From the start of the program until it publishes. */
export const LOAD_STARTS_MS = 1_500;

/** Prepares a process that publishes calls at a steady rate, once it gets a message. */
export function startLoad(
  namespace: NamespaceSettings,
  callsASecond: number,
  seconds: number,
): Promise<Program> {
  const startedAt = Date.now() + LOAD_STARTS_MS;
  return startProgram('paced-publisher.ts', {
    ...namespace,
    ...eventClockEnvironment({ startedAt, from: startedAt, speed: 1 }),
    CALLS: String(callsASecond * seconds),
    CALLS_A_SECOND: String(callsASecond),
  });
}
