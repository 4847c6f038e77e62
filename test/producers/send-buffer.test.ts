import * as fc from 'fast-check';
import { MemorySendBuffer, type BufferedEvent } from '../../producers/send-buffer.ts';
import { recordBytes } from '../../schemas/prepared-event.ts';

const entry = (name: number, size: number): BufferedEvent => ({
  key: String(name),
  value: Buffer.alloc(size),
  delivered: () => undefined,
  failed: () => undefined,
});

/** The simplest send buffer: it recounts every answer from two lists. */
class Model {
  waiting: BufferedEvent[] = [];
  readonly taken: BufferedEvent[][] = [];

  fits(offered: BufferedEvent): boolean {
    const held = [...this.waiting, ...this.taken.flat()];
    return held.length < MAX_RECORDS && bytesOf(held) + recordBytes(offered) <= MAX_BYTES;
  }
  /** The oldest entries within both limits, but at least one. */
  fitting(records: number, bytes: number): BufferedEvent[] {
    let count = Math.min(records, this.waiting.length);
    while (count > 1 && bytesOf(this.waiting.slice(0, count)) > bytes) count -= 1;
    return this.waiting.slice(0, count);
  }
  counts(): number[] {
    const all = [...this.waiting, ...this.taken.flat()];
    return [all.length, bytesOf(all), this.waiting.length, bytesOf(this.waiting)];
  }
}

const MAX_RECORDS = 12;
const MAX_BYTES = 1_000;
const bytesOf = (entries: readonly BufferedEvent[]): number =>
  entries.reduce((sum, each) => sum + recordBytes(each), 0);

const offer = fc.nat(200).map((size) => (sendBuffer: MemorySendBuffer, model: Model): unknown[] => {
  const offered = entry(model.waiting.length, size);
  const fits = model.fits(offered);
  if (fits) model.waiting.push(offered);
  return [sendBuffer.offer(offered), fits];
});
const take = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.nat(300))
  .map(([records, bytes]) => (sendBuffer: MemorySendBuffer, model: Model): unknown[] => {
    const expected = model.fitting(records, bytes);
    model.waiting = model.waiting.slice(expected.length);
    model.taken.push(expected);
    return [sendBuffer.take(records, bytes), expected];
  });
const settle = fc.constant((sendBuffer: MemorySendBuffer, model: Model): unknown[] => {
  sendBuffer.settle(model.taken.shift() ?? []);
  return [true, true];
});

it('a send buffer is a queue with an exact count of records and bytes, whatever the order of operations', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(offer, take, settle), { maxLength: 120 }), (steps) => {
      const sendBuffer = new MemorySendBuffer(MAX_RECORDS, MAX_BYTES);
      const model = new Model();
      for (const step of steps) {
        const [answer, expected] = step(sendBuffer, model);
        expect(answer).toEqual(expected);
        const { records, sizeBytes, waitingRecords, waitingBytes } = sendBuffer;
        expect([records, sizeBytes, waitingRecords, waitingBytes]).toEqual(model.counts());
      }
    }),
  );
});
