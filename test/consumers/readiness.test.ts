import { FailingSteps } from '../../consumers/failing-steps.ts';
import { landingProblems } from '../../consumers/readiness.ts';

const NOW = 1_000_000;

function parts(changes: { memberSeenAtMs?: number; completedAtMs?: number; isStopped?: boolean } = {}) {
  const { memberSeenAtMs = NOW - 1_000, completedAtMs = NOW - 1_000, isStopped = false } = changes;
  return {
    sources: [{ topic: 'api-calls', fetcher: { memberSeenAtMs } }],
    progress: { completedAtMs },
    failing: new FailingSteps(() => NOW),
    waveGuard: { isStopped },
  };
}

describe('a consumer', () => {
  it('is ready while its groups and the servers have answered lately', () => {
    expect(landingProblems(parts(), NOW)).toEqual([]);
  });

  it.each([
    ['has not joined its group', { memberSeenAtMs: 0 }, 'Not a member of the consumer group of api-calls'],
    [
      'has not been heard by its group lately',
      { memberSeenAtMs: NOW - 21_000 },
      'Not a member of the consumer group of api-calls',
    ],
    [
      'cannot write its progress',
      { completedAtMs: NOW - 21_000 },
      'Kafka or ClickHouse has not answered lately',
    ],
    [
      'has stopped intake',
      { isStopped: true },
      'Intake has stopped: too many records are invalid (ON_INVALID_WAVE)',
    ],
  ])('is not ready where it %s', (_, changes, problem) => {
    expect(landingProblems(parts(changes), NOW)).toEqual([problem]);
  });

  it('is not ready while a step keeps failing, and is again once it has succeeded', () => {
    let now = NOW - 30_000;
    const failing = new FailingSteps(() => now);
    const step = {};
    failing.failed(step, 'landing events');
    now = NOW;
    failing.failed(step, 'landing events');
    expect(landingProblems({ ...parts(), failing }, NOW)).toEqual(['landing events has failed for 30 s']);
    failing.succeeded(step);
    expect(landingProblems({ ...parts(), failing }, NOW)).toEqual([]);
  });

  it('stays ready while a step has failed only just now', () => {
    const ready = parts();
    ready.failing.failed({}, 'landing events');
    expect(landingProblems(ready, NOW)).toEqual([]);
  });
});
