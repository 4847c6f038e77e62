import { ResealPace } from '../../../aggregator/sealing/reseal-pace.ts';

/** Calls the pace at these instants; each piece of work takes so long. @returns the instants at which it worked */
async function workedAt(instants: readonly number[], takesMs: number): Promise<number[]> {
  let now = 0;
  const pace = new ResealPace(() => now, 4);
  const worked: number[] = [];
  for (const instant of instants) {
    now = instant;
    await pace.run(async () => {
      worked.push(instant);
      now += takesMs;
    });
  }
  return worked;
}

it('works at the first call, whatever the clock shows', async () => {
  expect(await workedAt([0], 1_000)).toEqual([0]);
});

it('rests after work for four times as long as that took', async () => {
  expect(await workedAt([0, 1_000, 4_999, 5_000, 9_999, 10_000], 1_000)).toEqual([0, 5_000, 10_000]);
});

it('hardly rests after work that found nothing to do', async () => {
  expect(await workedAt([0, 2_000, 4_000], 10)).toEqual([0, 2_000, 4_000]);
});

it('rests for an hour at most', async () => {
  expect(await workedAt([0, 7_200_000 + 3_599_999, 7_200_000 + 3_600_000], 7_200_000)).toEqual([
    0, 10_800_000,
  ]);
});

it('rests after work that failed too, so that it is not repeated at once', async () => {
  let now = 0;
  let runs = 0;
  const pace = new ResealPace(() => now, 4);
  const failing = async (): Promise<void> => {
    runs += 1;
    now += 1_000;
    throw new Error('no ClickHouse');
  };
  await expect(pace.run(failing)).rejects.toThrow('no ClickHouse');
  await pace.run(failing);
  expect(runs).toBe(1);
});
