/**
 * Shares one reading, a failed one too, among all callers until it is `maxAgeMs` old. At most one read runs at a time,
 * whatever the number of callers and the duration of the read.
 * @param now epoch milliseconds
 */
export function shareReading<T>(
  read: () => Promise<T>,
  maxAgeMs: number,
  now: () => number,
): () => Promise<T> {
  let reading: Promise<T> | undefined;
  let isRunning = false;
  let startedAt = 0;

  async function readNow(): Promise<T> {
    isRunning = true;
    try {
      return await read();
    } finally {
      isRunning = false;
    }
  }

  return () => {
    if (reading === undefined || (!isRunning && now() - startedAt >= maxAgeMs)) {
      startedAt = now();
      reading = readNow();
    }
    return reading;
  };
}
