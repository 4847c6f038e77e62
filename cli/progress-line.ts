const EVERY_MS = 2_000;

/**
 * Reports how far a long command is, on standard error: a line every two seconds, so that a short command has none.
 * @param what is counted, for people. @param now monotonic milliseconds
 */
export function progressLine(what: string, now: () => number): (done: number) => void {
  let lastAtMs = now();
  return (done) => {
    if (now() - lastAtMs < EVERY_MS) return;
    lastAtMs = now();
    process.stderr.write(`${done.toLocaleString('en-US')} ${what}\n`);
  };
}
