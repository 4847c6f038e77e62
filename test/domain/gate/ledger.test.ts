import { Ledger } from '../../../domain/gate/ledger.ts';
import type { LeaseRecord } from '../../../domain/gate/lease.ts';
import type { GrantBound } from '../../../domain/gate/spending.ts';
import { GATE_TIMING, heldAfterEndMs } from '../../../domain/gate/timing.ts';
import { LATENESS_LIMIT_MS } from '../../../schemas/event-rules.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

const NOW = Date.UTC(2026, 0, 10);
const NOTHING = { settled: 0, returned: 0, wanted: 0, needed: 0, least: 0 };
const wants = (credits: number, report: object = {}) => ({
  ...NOTHING,
  wanted: credits,
  needed: credits,
  least: credits,
  ...report,
});

/** Of 1,000 credits, of which nothing is used. */
function open(): Ledger {
  const ledger = new Ledger(GATE_TIMING);
  ledger.limit(1_000);
  ledger.read({ used: 0, checkpoint: 0 });
  return ledger;
}
const heldOf = (ledger: Ledger): number => ledger.state(NOW).held;

describe('what a holder reports as settled', () => {
  it('is held until a reading contains the checkpoint after the report', () => {
    const ledger = open();
    ledger.renew('lease', wants(300), 1, NOW);
    ledger.renew('lease', { ...NOTHING, settled: 200 }, 1, NOW);
    ledger.read({ used: 200, checkpoint: 0 });
    expect(heldOf(ledger)).toBe(300);
    ledger.read({ used: 200, checkpoint: 1 });
    expect(heldOf(ledger)).toBe(100);
  });

  it('counts once, however often it is reported, and in whatever order reports arrive', () => {
    const ledger = open();
    ledger.renew('lease', wants(300), 1, NOW);
    ledger.renew('lease', { ...NOTHING, settled: 200 }, 1, NOW);
    ledger.read({ used: 200, checkpoint: 1 });
    // The same again, with a later checkpoint; and one that was overtaken.
    ledger.renew('lease', { ...NOTHING, settled: 200 }, 2, NOW);
    ledger.renew('lease', { ...NOTHING, settled: 50 }, 2, NOW);
    ledger.read({ used: 200, checkpoint: 2 });
    expect(heldOf(ledger)).toBe(100);
  });

  it('frees no more than the lease was granted', () => {
    const ledger = open();
    ledger.renew('one', wants(300), 1, NOW);
    ledger.renew('other', wants(100), 1, NOW);
    ledger.renew('one', { ...NOTHING, settled: 5_000, returned: 5_000 }, 1, NOW);
    ledger.read({ used: 300, checkpoint: 1 });
    expect(heldOf(ledger)).toBe(100);
  });
});

describe('an answer that is lost', () => {
  it('leaves its credits held; the repeated request gets them, too', () => {
    const ledger = open();
    ledger.renew('lease', wants(300), 1, NOW);
    expect(ledger.renew('lease', wants(300), 1, NOW).granted).toBe(600);
    expect(heldOf(ledger)).toBe(600);
    expect(ledger.renew('another', wants(500), 1, NOW).granted).toBe(0);
  });
});

describe('a lease that is never settled', () => {
  const record: LeaseRecord = {
    granted: 300,
    returned: 0,
    settled: 0,
    included: 0,
    began_at: NOW - HOUR_MS,
    ends_at: NOW,
  };
  const later = NOW + heldAfterEndMs(GATE_TIMING) + 1;
  const restored = (): Ledger => {
    const ledger = new Ledger(GATE_TIMING);
    ledger.limit(1_000);
    ledger.restore('lease', record, 1);
    return ledger;
  };
  /** A cap of so many credits, each of which may be any day's. */
  const capOf = (credits: number): GrantBound => ({
    earlierBefore: later,
    room: ({ all }) => credits - all,
    shortage: () => {
      throw new Error('not requested here');
    },
  });

  it('is held until the last of its calls has left the 24 hours', () => {
    const ledger = restored();
    expect(ledger.forget(NOW + DAY_MS, false)).toEqual([]);
    expect(heldOf(ledger)).toBe(300);
    expect(ledger.forget(later, false)).toEqual(['lease']);
    expect([heldOf(ledger), ledger.isEmpty]).toEqual([0, true]);
  });

  it('counts for a cap as long as its events may land, also where a gate took over and has read nothing yet', () => {
    const ledger = restored();
    expect(ledger.forget(later, true)).toEqual([]);
    expect([heldOf(ledger), ledger.isEmpty]).toEqual([0, false]);
    ledger.read({ used: 0, checkpoint: 0 }, capOf(350));
    expect(ledger.state(later).available).toBe(50);
    expect(ledger.forget(later + LATENESS_LIMIT_MS, true)).toEqual(['lease']);
  });

  it('is not extended while a cap that was lowered has no room for what is held', () => {
    const ledger = restored();
    ledger.read({ used: 0, checkpoint: 0 }, capOf(299));
    expect(ledger.renew('lease', NOTHING, 1, NOW)).toEqual({ granted: 300, leaseMs: 0 });
    ledger.read({ used: 0, checkpoint: 0 }, capOf(300));
    expect(ledger.renew('lease', NOTHING, 1, NOW)).toEqual({ granted: 300, leaseMs: GATE_TIMING.leaseMs });
  });
});
