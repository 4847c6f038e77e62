/**
 * Lets so many works run at once; the others wait their turn. The API refuses more than eight requests of one person
 * at a time, and one may have two pages open.
 */
const AT_ONCE = 4;

let running = 0;
const waiting: (() => void)[] = [];

export async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // The turn is handed over, or given back.
    if (next === undefined) running -= 1;
    else next();
  }
}
