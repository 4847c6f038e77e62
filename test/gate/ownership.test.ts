import { Ownership } from '../../gate/ownership.ts';

const SESSION_MS = 6_000;

function open() {
  const clock = { now: 1_000 };
  const ownership = new Ownership(SESSION_MS, () => clock.now);
  ownership.seen(clock.now);
  ownership.own(3, 1);
  return { clock, ownership };
}

describe('the ownership of a partition', () => {
  it('lasts for a session from the last heartbeat that Kafka answered', () => {
    const { clock, ownership } = open();
    clock.now += SESSION_MS - 1;
    expect(ownership.tokenOf(3)).toBe(1);
    clock.now += 1;
    expect(ownership.tokenOf(3)).toBeUndefined();
    expect(ownership.isMember).toBe(false);
  });

  it('is shorter than a successor waits', () => {
    expect(Ownership.waitMs(SESSION_MS)).toBeGreaterThan(SESSION_MS);
  });

  it('ends with an assignment to another gate, and stays with any other', () => {
    const { ownership } = open();
    ownership.own(4, 2);
    ownership.assigned([4, 5]);
    expect([3, 4, 5].map((partition) => ownership.tokenOf(partition))).toEqual([undefined, 2, undefined]);
  });

  it('is lost where the session had ended, even if the same partitions are assigned again', () => {
    const { clock, ownership } = open();
    clock.now += SESSION_MS;
    ownership.assigned([3]);
    ownership.seen(clock.now);
    expect(ownership.tokenOf(3)).toBeUndefined();
  });
});
