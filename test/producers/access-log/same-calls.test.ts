import { gzipSync } from 'node:zlib';
import { lineOf, ReplayBench } from './replay-bench.ts';
import { NOW_MS } from '../sample-event.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

let bench: ReplayBench;
beforeEach(() => (bench = new ReplayBench()));
afterEach(() => bench.remove());

const START_MS = NOW_MS - DAY_MS;
/** Two calls a second, and every tenth of them twice: a monitor that polls. */
const LINES = Array.from({ length: 200 }, (_, index) =>
  lineOf(`c${index % 20}.example`, START_MS + Math.floor(index / 2) * 1_000),
).flatMap((line, index) => (index % 10 === 0 ? [line, line] : [line]));

/** Replays each content with its own times. @returns the distinct ids of all of them together */
async function idsOf(...contents: readonly (string | Buffer)[]): Promise<string[]> {
  bench.transport.taken.length = 0;
  for (const content of contents) {
    bench.write(content);
    await bench.run({ anchor: { kind: 'as-logged' } });
  }
  return [...new Set(bench.ids)].toSorted();
}

describe('a call that is replayed with its own times counts once', () => {
  it('and so does each of several calls with equal lines', async () => {
    expect(await idsOf(LINES.join(''))).toHaveLength(LINES.length);
  });

  it.each([
    ['is replayed again', [LINES, LINES]],
    ['grew', [LINES.slice(0, 1), LINES.slice(0, 73), LINES.slice(0, 74), LINES]],
    ['was rotated', [LINES.slice(0, 101), LINES.slice(101)]],
    ['was rotated, and then joined', [LINES.slice(0, 101), LINES.slice(101), LINES]],
    ['lost its first lines', [LINES, LINES.slice(100)]],
    ['was sorted', [LINES, LINES.toReversed()]],
  ])('if its log %s', async (_, parts) => {
    const whole = await idsOf(LINES.join(''));
    expect(await idsOf(...parts.map((part) => part.join('')))).toEqual(whole);
  });

  it.each([
    ['compressed', gzipSync(LINES.join(''))],
    ['compressed in parts', Buffer.concat(LINES.map((line) => gzipSync(line)))],
    ['with CRLF', LINES.join('').replaceAll('\n', '\r\n')],
    ['with CR', LINES.join('').replaceAll('\n', '\r')],
    ['with a byte order mark', `\uFEFF${LINES.join('')}`],
    ['of parts that each have a byte order mark', LINES.map((line) => `\uFEFF${line}`).join('')],
    ['without its last line end', LINES.join('').trimEnd()],
    ['with blank and malformed lines', LINES.map((line) => `\nnonsense\n${line}`).join('')],
  ])('if its log is read %s', async (_, content) => {
    expect(await idsOf(content)).toEqual(await idsOf(LINES.join('')));
  });

  it('under another id if its time is moved, or in another repetition', async () => {
    const own = new Set(await idsOf(LINES.join('')));
    bench.transport.taken.length = 0;
    await bench.run({ repetitions: 2, anchor: { kind: 'at', atMs: NOW_MS } });
    expect(bench.ids.filter((id) => own.has(id))).toEqual([]);
    expect(new Set(bench.ids).size).toBe(2 * LINES.length);
  });

  it('under the same id if --anchor is where the last line is', async () => {
    const own = await idsOf(LINES.join(''));
    bench.transport.taken.length = 0;
    await bench.run({ anchor: { kind: 'at', atMs: START_MS + 99_000 } });
    expect(bench.ids.toSorted()).toEqual(own);
  });

  it('whose equal line stands in the part before a rotation is taken for the same call: join the parts', async () => {
    const line = lineOf('monitor.example', START_MS);
    expect(await idsOf(line, line)).toHaveLength(1);
    expect(await idsOf(line + line)).toHaveLength(2);
  });
});
