import { untilKnown } from '../../../consumers/fetch/committed-offsets.ts';
import { newCounters } from '../../../consumers/counters.ts';
import { createRetry } from '../../../consumers/retry.ts';
import { createLogger } from '../../../platform/logging.ts';

const always = (): boolean => true;

describe('what must be known', () => {
  it('is asked for again until there is an answer', async () => {
    const answers = [new Error('The broker is away'), new Error('No coordinator yet'), 7];
    const counters = newCounters();
    const retryUntilSuccess = createRetry(
      createLogger('test', 'silent'),
      counters,
      new AbortController().signal,
    );
    const read = () => {
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    expect(await untilKnown(retryUntilSuccess, read, always)).toBe(7);
    expect(counters.failedAttempts).toBe(2);
  });

  it('is given up once nobody wants it any more', async () => {
    let asked = 0;
    const retryUntilSuccess = createRetry(
      createLogger('test', 'silent'),
      newCounters(),
      new AbortController().signal,
    );
    const read = () => Promise.reject(new Error(`away ${(asked += 1)}`));
    expect(await untilKnown(retryUntilSuccess, read, () => asked < 3)).toBeUndefined();
    expect(asked).toBe(3);
  });
});
