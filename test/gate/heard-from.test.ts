import { HeardFrom } from '../../gate/heard-from.ts';

describe('when Kafka has heard from a gate', () => {
  it('is when the heartbeat before was answered: no later than the last one was sent', () => {
    const clock = { now: 1_000 };
    const heard = new HeardFrom(() => clock.now);
    heard.answered('Heartbeat');
    expect(heard.heartbeatSentAt).toBe(-Infinity);
    clock.now += 900;
    // The process stood still while the next one was under way.
    clock.now += 60_000;
    heard.answered('Heartbeat');
    expect(heard.heartbeatSentAt).toBe(1_000);
  });

  it('is when it had joined, where it has got its partitions', () => {
    const clock = { now: 1_000 };
    const heard = new HeardFrom(() => clock.now);
    heard.answered('JoinGroup');
    clock.now += 500;
    heard.answered('Fetch');
    heard.answered('SyncGroup');
    expect([heard.joinSentAt, heard.heartbeatSentAt]).toEqual([1_000, -Infinity]);
  });
});
