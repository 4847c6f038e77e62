/**
 * One reading for all who ask within its age, failed ones included: however many ask, and however long it takes,
 * the source is asked once at a time.
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
