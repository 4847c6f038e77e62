/**
 * Runs at most four requests at once; the rest wait in order. The API rejects more than eight concurrent requests of
 * one person, and a person may have two tabs open.
 */
const MAX_CONCURRENT = 4;

let running = 0;
const waiting: (() => void)[] = [];

export async function withinRequestLimit<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= MAX_CONCURRENT) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // Hand the slot to the next request, or free it.
    if (next === undefined) running -= 1;
    else next();
  }
}
