import { TickHistory } from '../../aggregator/tick-history.ts';

const report = {
  hoursSealed: 2,
  invalidationsCleared: 3,
  chargesAppended: 4,
  orgsSetAside: 0,
  sealedUntil: 7_200_000,
  closedUntil: 0,
};

describe('an aggregator', () => {
  let now = 0;
  const at = (seconds: number): number => (now = seconds * 1_000);
  const history = () => new TickHistory(() => now);

  it('is ready once a tick has succeeded, and stays so while ticks fail for a minute', () => {
    const ticks = history();
    at(0);
    ticks.started();
    ticks.failed();
    expect(ticks.problems()).toEqual(['No tick has succeeded yet']);
    at(10);
    ticks.succeeded(report);
    expect(ticks.problems()).toEqual([]);
    at(69);
    ticks.failed();
    expect(ticks.problems()).toEqual([]);
    at(75);
    ticks.failed();
    expect(ticks.problems()).toEqual(['Every tick has failed for 65 s']);
    ticks.succeeded(report);
    expect(ticks.problems()).toEqual([]);
  });

  it('is ready while a long tick runs, but not when it never ends', () => {
    const ticks = history();
    at(1);
    ticks.succeeded(report);
    ticks.started();
    at(20 * 60);
    expect(ticks.problems()).toEqual([]);
    at(31 * 60 + 1);
    expect(ticks.problems()).toEqual(['A tick has run for 31 min']);
  });

  it('is ready while another has the work', () => {
    const ticks = history();
    at(5);
    ticks.started();
    ticks.stoodBy();
    expect(ticks.problems()).toEqual([]);
  });

  it('adds up what its ticks did', () => {
    const ticks = history();
    for (const end of [4, 9]) {
      at(end - 3);
      ticks.started();
      at(end);
      ticks.succeeded(report);
    }
    expect(ticks).toMatchObject({
      counts: { succeeded: 2, failed: 0, standby: 0 },
      hoursSealed: 4,
      invalidationsCleared: 6,
      chargesAppended: 8,
      lastDurationMs: 3_000,
      lastGoodAtMs: 9_000,
    });
  });
});
