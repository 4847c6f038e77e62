import { Beside } from '../../alerts/beside.ts';

describe('work beside the ticks', () => {
  it('runs one at a time; what is started meanwhile runs once after it', async () => {
    const beside = new Beside();
    const done: string[] = [];
    const first = Promise.withResolvers<void>();
    beside.start(() => first.promise.then(() => void done.push('first')));
    for (const name of ['second', 'third']) {
      beside.start(() => Promise.resolve(void done.push(name)));
    }
    expect(done).toEqual([]);
    first.resolve();
    await beside.ended();
    expect(done).toEqual(['first', 'third']);
  });

  it('says once what a run has failed with, and runs again', async () => {
    const beside = new Beside();
    beside.start(() => Promise.reject(new Error('no ClickHouse')));
    await beside.ended();
    expect(() => beside.check()).toThrow('no ClickHouse');
    beside.check();
    let runs = 0;
    beside.start(() => Promise.resolve(void (runs += 1)));
    await beside.ended();
    expect(runs).toBe(1);
  });
});
