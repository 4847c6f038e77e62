import { setTimeout as sleep } from 'node:timers/promises';
import { BackgroundLoop } from '../../aggregator/background-loop.ts';
import { until } from '../until.ts';

const PACE = { pauseMs: 1, idlePauseMs: 1, restFactor: 0 };

describe('background work', () => {
  it('goes on after a step that fails, and logs it', async () => {
    const failure = new Error('ClickHouse is away');
    const errors: unknown[] = [];
    let steps = 0;
    const step = async () => {
      steps += 1;
      if (steps === 1) throw failure;
      return true;
    };
    const logger = { error: (...line: unknown[]) => errors.push(line) };
    const loop = new BackgroundLoop('work', step, () => true, PACE, logger);
    loop.start();
    await until('it was taken again', () => steps > 1);
    await loop.stop();
    expect(errors).toEqual([[{ err: failure }, 'work failed, it is tried again']]);
  });

  it('is left to the process that works', async () => {
    let asked = 0;
    let steps = 0;
    const isOurs = () => {
      asked += 1;
      return asked > 3;
    };
    const step = async () => (steps += 1) > 0;
    const loop = new BackgroundLoop('work', step, isOurs, PACE, { error: () => undefined });
    loop.start();
    await until('it is ours', () => steps > 0);
    await loop.stop();
    expect(asked).toBeGreaterThan(3);
    expect(steps).toBe(asked - 3);
  });

  it('pauses longer after a step that had nothing to do', async () => {
    let steps = 0;
    const step = async () => (steps += 1) < 3;
    const pace = { ...PACE, idlePauseMs: 3_600_000 };
    const loop = new BackgroundLoop('work', step, () => true, pace, { error: () => undefined });
    loop.start();
    await until('there was nothing to do', () => steps === 3);
    await sleep(50);
    await loop.stop();
    expect(steps).toBe(3);
  });

  it('ends with the running step', async () => {
    const log: string[] = [];
    const { promise: end, resolve: finish } = Promise.withResolvers<boolean>();
    const step = () => {
      log.push('begun');
      return end;
    };
    const loop = new BackgroundLoop('work', step, () => true, PACE, { error: () => undefined });
    loop.start();
    await until('a step runs', () => log.length > 0);
    const stopped = loop.stop().then(() => log.push('stopped'));
    finish(true);
    await stopped;
    expect(log).toEqual(['begun', 'stopped']);
  });
});
