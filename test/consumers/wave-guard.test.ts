import { WaveGuard } from '../../consumers/wave-guard.ts';

const LIMITS = { percent: 5, records: 100 };
const batch = (isCurrent: () => boolean) => ({ heartbeat: () => Promise.resolve(), isCurrent });

function openGuard(stopsIntake: boolean) {
  const clock = { now: 0 };
  const lines: string[] = [];
  const logger = { error: (_: unknown, message?: string) => void lines.push(message ?? '') };
  const guard = new WaveGuard(LIMITS, stopsIntake, logger, () => clock.now);
  return { clock, lines, guard };
}

describe('a wave of invalid records', () => {
  it('is logged once both limits are passed, every ten seconds at most', () => {
    const { clock, lines, guard } = openGuard(false);
    guard.count(1_000, 50);
    guard.count(0, 49);
    expect(lines).toEqual([]);
    guard.count(0, 1);
    guard.count(10, 10);
    expect(lines).toEqual([
      'too many records are invalid: look into the dead letters for the reason and its publisher',
    ]);
    clock.now += 10_000;
    guard.count(10, 10);
    expect(lines).toHaveLength(2);
  });

  it('is not made of the odd mistake over hours, nor of a large count in a larger one', () => {
    const { clock, lines, guard } = openGuard(false);
    for (let minute = 0; minute < 60; minute += 1) {
      guard.count(99, 99);
      clock.now += 60_000;
    }
    guard.count(1_000_000, 50_000);
    expect(lines).toEqual([]);
  });

  it('stops intake only where the operator chose so', async () => {
    const alerting = openGuard(false);
    alerting.guard.count(200, 200);
    await alerting.guard.untilOpen(batch(() => true));

    const stopping = openGuard(true);
    stopping.guard.count(200, 200);
    let heartbeats = 0;
    const held = {
      heartbeat: () => Promise.resolve(void (heartbeats += 1)),
      isCurrent: () => heartbeats < 2,
    };
    await stopping.guard.untilOpen(held);
    expect(heartbeats).toBe(2);
    // A minute later it is still stopped: only a restart takes records again.
    stopping.clock.now += 60_000;
    stopping.guard.count(1, 0);
    heartbeats = 0;
    await stopping.guard.untilOpen(held);
    expect(heartbeats).toBe(2);
  });
});
