import type { Exit } from '../../../deploy/local/child.ts';
import { supervise, type UnexpectedExit, type Running } from '../../../deploy/local/supervise.ts';
import { until } from '../../../deploy/local/until.ts';

/** Processes that exit when the test says so; their pids count from 1. */
function processes() {
  const started: { die(exit?: Partial<Exit>): void }[] = [];
  const start = (): Promise<Running> => {
    const exited = new Promise<Exit>((resolve) => {
      started.push({ die: (exit) => resolve({ code: null, signal: null, ...exit }) });
    });
    const own = started.at(-1);
    return Promise.resolve({ pid: started.length, exited, stop: async () => own?.die({ code: 0 }) });
  };
  const count = (wanted: number): Promise<boolean> => until(() => started.length === wanted, 5_000);
  return { started, start, count };
}

describe('a supervised process', () => {
  it('is restarted when it exits, and the reason is reported', async () => {
    const { started, start, count } = processes();
    const deaths: UnexpectedExit[] = [];
    let restarts = 0;
    const supervised = await supervise({
      name: 'consumer',
      start,
      onExit: (death) => deaths.push(death),
      onRestart: () => restarts++,
    });
    started[0]?.die({ signal: 'SIGKILL' });
    await count(2);
    expect(deaths).toEqual([{ name: 'consumer', reason: 'killed by SIGKILL', restartInMs: 200 }]);
    await until(() => restarts === 1, 1_000);
    expect(supervised.current().pid).toBe(2);
    await supervised.stop();
  });

  it('is restarted with growing pauses while it exits at once, and quickly after it ran for a while', async () => {
    const { started, start, count } = processes();
    const pauses: number[] = [];
    let nowMs = 0;
    const supervised = await supervise({
      name: 'consumer',
      start,
      now: () => nowMs,
      onExit: ({ restartInMs }) => pauses.push(restartInMs),
    });
    for (const [index, livedMs] of [0, 0, 10_000].entries()) {
      await until(() => supervised.current().pid === index + 1, 5_000);
      // One turn in which the supervisor notes when this one started.
      await new Promise(setImmediate);
      nowMs += livedMs;
      started[index]?.die({ code: 1 });
      await count(index + 2);
    }
    expect(pauses).toEqual([200, 400, 200]);
    await supervised.stop();
  });

  it('stays stopped, also when the stop comes during the pause before a restart', async () => {
    const { started, start } = processes();
    const deaths: UnexpectedExit[] = [];
    const supervised = await supervise({ name: 'api', start, onExit: (death) => deaths.push(death) });
    started[0]?.die({ code: 1 });
    await until(() => deaths.length === 1, 1_000);
    await supervised.stop();
    expect(started).toHaveLength(1);
  });

  it('counts a restart that fails as one more exit', async () => {
    const { started, start } = processes();
    const deaths: UnexpectedExit[] = [];
    const works = [start, () => Promise.reject(new Error('port taken')), start];
    const supervised = await supervise({
      name: 'kafka',
      start: () => works.shift()?.() ?? start(),
      onExit: (death) => deaths.push(death),
    });
    started[0]?.die({ code: 3 });
    await until(() => supervised.current().pid === 2, 5_000);
    expect(deaths.map(({ reason }) => reason)).toEqual(['exit code 3', 'port taken']);
    await supervised.stop();
  });
});
