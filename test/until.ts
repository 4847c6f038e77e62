const FIRST_POLL_MS = 25;
const LAST_POLL_MS = 250;

/**
 * Waits for a condition, and looks less often the longer it takes: to look takes CPU from what is waited for.
 * An error counts as not yet, and the last one is the cause where it never came true.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * 1.5)) {
    let cause: unknown;
    try {
      if (await condition()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
