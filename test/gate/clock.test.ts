import { GateClock } from '../../gate/clock.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

const START = Date.parse('2026-03-10T12:00:00Z');

function open() {
  const time = { uptime: 0, machine: START, server: START };
  const jumps: object[] = [];
  const clock = new GateClock({
    machine: () => time.machine,
    uptime: () => time.uptime,
    server: () => Promise.resolve(time.server),
    toleranceMs: 1_000,
    onJump: (jump) => jumps.push(jump),
  });
  const pass = (ms: number): void => {
    time.uptime += ms;
    time.machine += ms;
    time.server += ms;
  };
  return { time, jumps, clock, pass };
}

describe('the clock of the gate', () => {
  it('runs on by the monotonic clock, and follows what corrects this machine’s a little', async () => {
    const { clock, time, pass, jumps } = open();
    pass(5_000);
    expect(clock.now()).toBe(START + 5_000);
    time.machine += 900;
    await clock.follow();
    expect(clock.now()).toBe(START + 5_900);
    expect(jumps).toEqual([]);
  });

  it.each([DAY_MS, -DAY_MS])(
    'does not follow a clock that was set by %i ms alone, and says so once',
    async (byMs) => {
      const { clock, time, pass, jumps } = open();
      time.machine += byMs;
      await clock.follow();
      pass(1_000);
      await clock.follow();
      expect(clock.now()).toBe(START + 1_000);
      expect(jumps).toEqual([{ byMs, isFollowed: false }]);
      // It was set right again.
      time.machine -= byMs;
      await clock.follow();
      expect(clock.now()).toBe(START + 1_000);
    },
  );

  it('follows a clock that was wrong and is set right', async () => {
    const { clock, time, jumps } = open();
    time.server += DAY_MS;
    time.machine += DAY_MS;
    await clock.follow();
    expect(clock.now()).toBe(START + DAY_MS);
    expect(jumps).toEqual([{ byMs: DAY_MS, isFollowed: true }]);
  });

  it('compares nothing where the process stood still between reading one clock and the other', async () => {
    const { time } = open();
    const clock = new GateClock({
      machine: () => time.machine,
      uptime: () => {
        time.uptime += 5_000;
        return time.uptime;
      },
      server: () => Promise.reject(new Error('not to be requested')),
      toleranceMs: 1_000,
      onJump: () => undefined,
    });
    await expect(clock.follow()).resolves.toBeUndefined();
  });

  it('stays as it is while ClickHouse does not say', async () => {
    const { clock, time } = open();
    time.machine += DAY_MS;
    const failing = new GateClock({
      machine: () => time.machine,
      uptime: () => time.uptime,
      server: () => Promise.reject(new Error('away')),
      toleranceMs: 1_000,
      onJump: () => undefined,
    });
    time.machine += DAY_MS;
    await expect(failing.follow()).rejects.toThrow('away');
    expect(failing.now()).toBe(START + DAY_MS);
    expect(clock.now()).toBe(START);
  });
});
