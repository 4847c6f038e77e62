import { LINKS, SHARDS, VICTIMS } from './fault.ts';
import { planFaults } from './plan.ts';
import { SHARD_FAULTS } from './shard-faults.ts';

const SECONDS = 600;

describe('the plan of a fault run', () => {
  it('is the same for the same seed and differs for another', () => {
    expect(planFaults(7, SECONDS)).toEqual(planFaults(7, SECONDS));
    expect(planFaults(7, SECONDS)).not.toEqual(planFaults(8, SECONDS));
  });

  it('hits every process with every kind of fault, within the time', () => {
    const faults = planFaults(1, SECONDS);
    const kinds = new Set(faults.map(({ kind, victim }) => `${kind} ${victim}`));
    expect(kinds).toContain('widen topic');
    for (const victim of VICTIMS) {
      expect(kinds).toContain(`kill ${victim}`);
      expect(kinds).toContain(`freeze ${victim}`);
    }
    for (const link of LINKS) {
      for (const kind of ['cut', 'delay', 'silence']) expect(kinds).toContain(`${kind} ${link}`);
    }
    for (const shard of SHARDS) {
      for (const kind of SHARD_FAULTS) expect(kinds).toContain(`${kind} ${shard}`);
    }
    for (const process of ['consumer', 'aggregator', 'api-2', 'gate', 'alerts'])
      expect(kinds).toContain(`jump ${process}`);
    expect(kinds).toContain('join consumer');
    expect(kinds).toContain('redeliver consumer');
    expect(kinds).toContain('rival aggregator');
    expect(kinds).toContain('rival alerts');
    expect(faults.every(({ atMs }) => atMs > 0 && atMs < SECONDS * 1_000)).toBe(true);
  });

  it('kills the consumers while they fail to insert, and then delivers nothing again', () => {
    for (const seconds of [60, 270, SECONDS]) {
      const faults = planFaults(3, seconds);
      const kills = faults.filter(({ kind }) => kind === 'kill-while-failing');
      expect(kills.length).toBeGreaterThan(0);
      const lastRedelivery = faults.findLast(({ kind }) => kind === 'redeliver')?.atMs ?? 0;
      expect(kills.every(({ atMs }) => atMs > lastRedelivery)).toBe(true);
    }
  });

  it('has a long run in which no API, and then no shard, can be reached by anyone', () => {
    for (const seed of [1, 18, 29]) {
      const together = (kind: string, victims: readonly string[]) =>
        planFaults(seed, 270).filter(
          (fault) => fault.kind === kind && victims.includes(fault.victim) && fault.forMs >= 8_000,
        );
      const frozen = together('freeze', ['api', 'api-2']).filter(({ atMs }) => atMs === 27_000);
      expect(frozen.map(({ victim }) => victim)).toEqual(['api', 'api-2']);
      const cut = together('cut', LINKS.slice(0, 2)).filter(({ forMs }) => forMs > 20_000);
      expect(cut.map(({ victim }) => victim)).toEqual(LINKS.slice(0, 2));
      const kill = planFaults(seed, 270).find(({ kind }) => kind === 'kill-while-failing');
      expect(kill?.atMs).toBeGreaterThan((cut[0]?.atMs ?? Infinity) + 25_000);
    }
  });

  it('has more than 200 faults in 270 seconds', () => {
    for (const seed of [1, 18, 2_026]) expect(planFaults(seed, 270).length).toBeGreaterThan(200);
  });

  it('hits every broker, and sometimes two at once', () => {
    const hits = planFaults(1, SECONDS).flatMap(({ brokers }) => (brokers ? [brokers.join()] : []));
    expect(new Set(hits)).toEqual(new Set(['0', '1', '2', '0,1', '1,2', '2,0']));
  });

  it('kills the process of alerts while it delivers, also in a short run', () => {
    for (const seconds of [10, 270])
      expect(planFaults(3, seconds).map(({ kind }) => kind)).toContain('kill-while-delivering');
  });

  it('fills the file system of every broker, of one at a time', () => {
    const full = planFaults(1, SECONDS).filter(({ kind }) => kind === 'full-broker');
    expect(new Set(full.map(({ brokers }) => brokers?.join()))).toEqual(new Set(['0', '1', '2']));
  });

  it('gives a process some seconds to recover before it is killed or frozen again', () => {
    for (const victim of VICTIMS) {
      const own = planFaults(2, SECONDS).filter(
        (fault) => fault.victim === victim && ['kill', 'freeze'].includes(fault.kind),
      );
      own.slice(1).forEach((fault, index) => {
        const before = own[index];
        expect(fault.atMs).toBeGreaterThanOrEqual((before?.atMs ?? 0) + (before?.forMs ?? 0) + 4_000);
      });
    }
  });
});
