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

  it('leaves to the table what has no room, and reads it when there is room, to the last one', async () => {
    const table = new Set(some('ops', 3 * PER_DESTINATION));
    const read = () => Promise.resolve([...table].slice(0, PER_DESTINATION + 1));
    const queue = new DeliveryQueue();
    await queue.refill(() => Promise.resolve([]));
    expect(queue.wantsMore).toBe(false);
    queue.add([...table]);
    expect([queue.size, queue.wantsMore]).toEqual([PER_DESTINATION, false]);
    const delivered: number[] = [];
    while (table.size > 0) {
      if (queue.wantsMore) await queue.refill(read);
      const taken = queue.takeDue(0);
      expect(taken).not.toEqual([]);
      for (const each of taken) {
        queue.done(each, true);
        delivered.push(each.kafka_offset);
        for (const row of table) if (row.kafka_offset === each.kafka_offset) table.delete(row);
      }
    }
    expect(delivered).toEqual(some('ops', 3 * PER_DESTINATION).map(({ kafka_offset }) => kafka_offset));
    expect([queue.size, queue.wantsMore]).toEqual([0, false]);
  });

  it('makes the others at once when the receiver is back', () => {
    const queue = new DeliveryQueue();
    queue.add(some('ops', 2));
    const [first, second] = queue.takeDue(0);
    if (first === undefined || second === undefined) throw new Error('two are due');
    queue.retry({ ...first, attempts: 1, next_at: 5_000 });
    queue.retry({ ...second, attempts: 1, next_at: 7_200_000 });
    const [again] = queue.takeDue(5_000);
    if (again) queue.done(again, true);
    expect(queue.takeDue(5_001).map(({ kafka_offset }) => kafka_offset)).toEqual([1]);
  });

  it('reads all again where a person was erased, also what runs meanwhile and must be tried again', async () => {
    const queue = new DeliveryQueue();
    queue.add(some('ops', 5));
    const running = queue.takeDue(0);
    queue.forget();
    expect([queue.size, queue.wantsMore, queue.takeDue(0)]).toEqual([4, true, []]);
    const [first, ...others] = running;
    if (first) queue.retry({ ...first, attempts: 1 });
    for (const each of others) queue.done(each, true);
    expect([queue.size, queue.wantsMore]).toEqual([0, true]);
    await queue.refill(() => Promise.resolve([delivery('ops', 0), delivery('ops', 4)]));
    expect(queue.takeDue(0).map(({ kafka_offset }) => kafka_offset)).toEqual([0, 4]);
  });
});
