import { readEntry } from '../../gate/lease-log.ts';
import { Restoring } from '../../gate/restoring.ts';

const keyOf = (id: string, writer: string): Buffer =>
  Buffer.from(JSON.stringify(['acme', 'crm', 'org', '', id, writer]));
const record = (granted: number, settled = 0): Buffer =>
  Buffer.from(JSON.stringify({ granted, returned: 0, settled, included: 0, began_at: 1, ends_at: granted }));

describe('the log of leases', () => {
  it('gives each lease the highest figures of all its writers', () => {
    const restoring = new Restoring(0);
    restoring.take(keyOf('lease-1', 'gate-1'), record(300));
    restoring.take(keyOf('lease-1', 'gate-2'), record(500, 100));
    // Appended late, by a gate that is no longer the owner.
    restoring.take(keyOf('lease-1', 'gate-1'), record(200, 150));
    expect(restoring.leases()).toMatchObject([
      { record: { granted: 500, settled: 150, ends_at: 500 }, writers: ['gate-1', 'gate-2'] },
    ]);
  });

  it('has no lease whose records are deleted', () => {
    const restoring = new Restoring(0);
    restoring.take(keyOf('lease-1', 'gate-1'), record(300));
    restoring.take(keyOf('lease-1', 'gate-1'), null);
    expect(restoring.leases()).toEqual([]);
  });

  it('is read when its end is known and reached', () => {
    const restoring = new Restoring(0);
    restoring.reached(7);
    expect(restoring.isComplete).toBe(false);
    restoring.end = 8;
    expect(restoring.isComplete).toBe(false);
    restoring.reached(8);
    expect(restoring.isComplete).toBe(true);
  });

  it('takes only what follows on what it has taken: a fetch sent before the partition was lost may begin later', () => {
    const restoring = new Restoring(0);
    expect([restoring.follows(0), restoring.follows(5)]).toEqual([true, false]);
    restoring.reached(5);
    expect([restoring.follows(0), restoring.follows(5), restoring.follows(6)]).toEqual([true, true, false]);
    // Nothing before it is kept.
    const later = new Restoring(0);
    later.startAt(3);
    expect([later.follows(3), later.follows(4), later.next]).toEqual([true, false, 3]);
  });

  it('ignores what no gate has written', () => {
    expect(readEntry(Buffer.from('{'), record(1))).toBeUndefined();
    expect(readEntry(keyOf('lease-1', 'gate-1'), Buffer.from('{}'))).toBeUndefined();
    expect(readEntry(null, record(1))).toBeUndefined();
  });
});
