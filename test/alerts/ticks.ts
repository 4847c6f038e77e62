import type { Decider, Tick } from '../../alerts/decide/decider.ts';
import { until } from '../until.ts';

/** One tick, of which no look failed and every decision has landed. */
export async function tickOf(decider: Decider): Promise<Tick> {
  const tick = await decider.tick();
  expect(tick.failures).toEqual([]);
  await until('the decisions have landed', async () => {
    if (decider.isBehind) await decider.follow();
    return !decider.isBehind;
  });
  return tick;
}
