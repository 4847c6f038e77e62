import { readPatiently } from './broker-reads.ts';

const NOT_LEADER = new Error('This server is not the leader for that topic-partition');

/** @returns a read that fails so often first */
function failing(times: number): { readonly read: () => Promise<string>; attempts: number } {
  const counted = {
    attempts: 0,
    read: () => {
      counted.attempts += 1;
      return counted.attempts > times ? Promise.resolve('the log') : Promise.reject(NOT_LEADER);
    },
  };
  return counted;
}

describe('a read of the brokers in a fault run', () => {
  it('is repeated while a leader is missing', async () => {
    const reading = failing(3);
    await expect(readPatiently(reading.read, undefined, { pauseMs: 1 })).resolves.toBe('the log');
    expect(reading.attempts).toBe(4);
  });

  it('ends with its last error when its time is over', async () => {
    const reading = failing(Infinity);
    const times = { withinMs: 20, pauseMs: 5 };
    await expect(readPatiently(reading.read, undefined, times)).rejects.toBe(NOT_LEADER);
    expect(reading.attempts).toBeGreaterThan(1);
  });

  it('is not repeated after an error that the time does not heal', async () => {
    const reading = failing(Infinity);
    await expect(readPatiently(reading.read, (error) => error === NOT_LEADER)).rejects.toBe(NOT_LEADER);
    expect(reading.attempts).toBe(1);
  });
});
