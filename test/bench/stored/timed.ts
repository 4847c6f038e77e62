/** Does something so many times, one after the other. @returns how long each took, in milliseconds */
export async function timed(times: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const latenciesMs: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const startedAt = performance.now();
    await work(index);
    latenciesMs.push(performance.now() - startedAt);
  }
  return latenciesMs;
}
