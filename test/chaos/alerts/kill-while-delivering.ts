import { until } from '../../../deploy/local/until.ts';
import { signalProcess } from '../../../deploy/local/process-identity.ts';
import { startedPid } from '../inject.ts';
import type { FailingReceiver } from './receiver.ts';

/** More alerts may have to be raised first, until an attempt comes that the receiver leaves without an answer. */
const DELIVERING_WITHIN_MS = 180_000;

/**
 * Kills the process of alerts while it waits for the answer to a delivery: what it has recorded as delivered and not
 * delivered is then lost.
 * @param dataDir of the stack
 * @returns false where it never waited, or does not run
 */
export async function killWhileDelivering(
  dataDir: string,
  receiver: Pick<FailingReceiver, 'waiting'>,
): Promise<boolean> {
  if (!(await until(() => receiver.waiting > 0, DELIVERING_WITHIN_MS))) return false;
  const pid = await startedPid(dataDir, 'alerts');
  if (pid === undefined) return false;
  signalProcess(pid, 'SIGKILL');
  return true;
}
