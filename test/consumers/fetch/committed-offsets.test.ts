import { readUntilKnown } from '../../../consumers/fetch/committed-offsets.ts';
import { newCounters } from '../../../consumers/counters.ts';
import { FailingSteps } from '../../../consumers/failing-steps.ts';
import { createRetry } from '../../../consumers/retry.ts';
import { createLogger } from '../../../platform/logging.ts';

const always = (): boolean => true;

describe('a value that must be known', () => {
  it('is read again until it is known', async () => {
    const answers = [new Error('The broker is away'), new Error('No coordinator yet'), 7];
    const counters = newCounters();
    const retryUntilSuccess = createRetry(
      createLogger('test', 'silent'),
      counters,
      new FailingSteps(Date.now),
      new AbortController().signal,
    );
    const read = () => {
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    expect(await readUntilKnown(retryUntilSuccess, read, always)).toBe(7);
    expect(counters.failedAttempts).toBe(2);
  });

  it('is no longer read once it is not wanted', async () => {
    let reads = 0;
    const retryUntilSuccess = createRetry(
      createLogger('test', 'silent'),
      newCounters(),
      new FailingSteps(Date.now),
      new AbortController().signal,
    );
    const read = () => Promise.reject(new Error(`away ${(reads += 1)}`));
    expect(await readUntilKnown(retryUntilSuccess, read, () => reads < 3)).toBeUndefined();
    expect(reads).toBe(3);
  });
});
