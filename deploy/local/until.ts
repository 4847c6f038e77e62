import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

/** Polls a condition. @returns false where it did not become true within the time */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs: number,
  now: () => number = Date.now,
): Promise<boolean> {
  const deadline = now() + withinMs;
  for (;;) {
    if (await condition()) return true;
    if (now() >= deadline) return false;
    await sleep(POLL_MS);
  }
}
