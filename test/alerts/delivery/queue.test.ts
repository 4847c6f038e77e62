import { DeliveryQueue, PER_DESTINATION, type Queued } from '../../../alerts/delivery/queue.ts';

const MESSAGE = { event: 'test', alertId: '', body: '{}', subject: '', text: '' };
const delivery = (destination: string, number: number, nextAt = 0): Queued => ({
  org_id: 'acme',
  destination_id: destination,
  kafka_offset: number,
  round: number,
  delivery_id: `msg_${destination}_${number}`,
  event: 'test',
  alert_id: '',
  created_at: 0,
  attempts: 0,
  first_at: 0,
  next_at: nextAt,
  message: MESSAGE,
});
const some = (destination: string, count: number): Queued[] =>
  Array.from({ length: count }, (_, number) => delivery(destination, number));

const countOf = (name: string, of: readonly Queued[]): number =>
  of.filter(({ destination_id }) => destination_id === name).length;

describe('the queue of deliveries', () => {
  it('lets no destination hold up another, and makes one attempt at a time where the last one failed', () => {
    const queue = new DeliveryQueue();
    queue.add([...some('slow', 10), ...some('good', 3)]);
    const taken = queue.takeDue(0);
    expect([countOf('slow', taken), countOf('good', taken)]).toEqual([4, 3]);
    for (const each of taken.filter(({ destination_id }) => destination_id === 'slow')) {
      queue.retry({ ...each, attempts: 1, next_at: 5_000 });
    }
    expect(countOf('slow', queue.takeDue(0))).toBe(1);
    expect(queue.takeDue(10_000)).toEqual([]);
  });

  it('takes each once, in the order of the log, and when it is due', () => {
    const queue = new DeliveryQueue();
    queue.add([delivery('ops', 1, 500), delivery('ops', 2)]);
    queue.add([delivery('ops', 2)]);
    expect(queue.size).toBe(2);
    const [second] = queue.takeDue(0);
    expect(second?.kafka_offset).toBe(2);
    if (second) queue.done(second, true);
    expect(queue.takeDue(499)).toEqual([]);
    expect(queue.takeDue(500).map(({ kafka_offset }) => kafka_offset)).toEqual([1]);
  });

  it('does not take again what ends while the table is read', async () => {
    const queue = new DeliveryQueue();
    queue.add([delivery('ops', 1)]);
    const [taken] = queue.takeDue(0);
    await queue.refill(() => {
      if (taken) queue.done(taken, true);
      return Promise.resolve([delivery('ops', 1), delivery('ops', 2)]);
    });
    expect(queue.takeDue(0).map(({ kafka_offset }) => kafka_offset)).toEqual([2]);
  });

  it('leaves to the table what has no room, and says so', () => {
    const queue = new DeliveryQueue();
    queue.isCut = false;
    queue.add(some('ops', PER_DESTINATION));
    expect(queue.isCut).toBe(false);
    queue.add([delivery('ops', PER_DESTINATION)]);
    expect([queue.isCut, queue.size, queue.mayTake]).toEqual([true, PER_DESTINATION, true]);
  });
});
