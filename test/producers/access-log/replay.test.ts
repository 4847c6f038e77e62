import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { lineOf, logOf, ReplayBench } from './replay-bench.ts';
import { NOW_MS } from '../sample-event.ts';
import { gate } from '../scripted-transport.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

let bench: ReplayBench;
beforeEach(() => (bench = new ReplayBench()));
afterEach(() => bench.remove());

const END_MS = Date.UTC(2015, 4, 20, 12);

describe('a replay', () => {
  it('publishes every call once per repetition, the oldest first, in the order of the file', async () => {
    bench.write(logOf(3));
    const { summary, skipped } = await bench.run({ repetitions: 2 });
    expect(bench.transport.taken.map(({ user_id, occurred_at }) => [user_id, occurred_at - NOW_MS])).toEqual([
      ['c0.example', -2_000 - DAY_MS],
      ['c1.example', -1_000 - DAY_MS],
      ['c2.example', -DAY_MS],
      ['c0.example', -2_000],
      ['c1.example', -1_000],
      ['c2.example', 0],
    ]);
    expect(new Set(bench.ids).size).toBe(6);
    expect(skipped).toBe(false);
    expect(summary).toMatchObject({
      lines: 3,
      calls: 3,
      events_published: 6,
      anchor: new Date(NOW_MS).toISOString(),
      first_event_at: new Date(NOW_MS - 2_000 - DAY_MS).toISOString(),
      last_event_at: new Date(NOW_MS).toISOString(),
    });
  });

  it('moves the last line of the file to now, not the latest: later ones are ahead by as much', async () => {
    bench.write(lineOf('early', END_MS - 9_000) + lineOf('latest', END_MS) + lineOf('last', END_MS - 4_000));
    await bench.run();
    expect(bench.transport.taken.map(({ user_id, occurred_at }) => [user_id, occurred_at - NOW_MS])).toEqual([
      ['early', -5_000],
      ['latest', 4_000],
      ['last', 0],
    ]);
  });

  it('skips blank lines and reports malformed ones and invalid calls, with their numbers', async () => {
    const tooLong = lineOf(`${'h'.repeat(130)}.example`, END_MS);
    bench.write(`\n${lineOf('a', END_MS)}   \nnonsense\n${tooLong}${lineOf('b', END_MS)}`);
    const { summary } = await bench.run();
    expect(bench.transport.taken.map(({ user_id }) => user_id)).toEqual(['a', 'b']);
    expect(summary).toMatchObject({
      lines: 6,
      blank: 2,
      calls: 2,
      events_published: 2,
      malformed_count: 1,
      malformed: [{ line: 4, reason: 'it is not in the common or combined log format' }],
      refused_count: 1,
      refused: [{ line: 5, reason: expect.stringContaining('user_id is empty, over 128 bytes') }],
    });
  });

  it('of a log without lines, or with blank ones only, is complete with nothing', async () => {
    for (const content of ['', '\n\r\n  \n', '\uFEFF', gzipSync('')]) {
      bench.write(content);
      const { summary } = await bench.run({ repetitions: 8 });
      expect(summary).toMatchObject({
        calls: 0,
        events_published: 0,
        malformed_count: 0,
        first_event_at: null,
      });
    }
  });

  it('fails if no line can be published: it says how many are malformed and rejected, and why', async () => {
    bench.write(`nonsense\n\n${lineOf('h'.repeat(130), END_MS)}more\n`);
    await expect(bench.run()).rejects.toMatchObject({
      code: 'NO_CALLS',
      message: expect.stringMatching(
        /access.log .* its 4 lines 2 are malformed and 1 rejected \(line 1: it is not/,
      ),
    });
    expect(readdirSync(bench.dataDir)).toEqual(['access.log']);
  });

  it('counts malformed lines by what is wrong with them, with their numbers', async () => {
    const call = lineOf('a', END_MS);
    bench.write(
      call +
        'x\n'.repeat(30) +
        call.replace('20/May', '31/Apr') +
        call.trimEnd() +
        call +
        'y'.repeat(1_048_577),
    );
    const { summary } = await bench.run();
    const lines = Array.from({ length: 20 }, (_, index) => index + 2);
    expect(summary.malformed_count).toBe(33);
    expect(summary.malformed_kinds).toEqual([
      { kind: 'format', count: 30, lines, reason: 'it is not in the common or combined log format' },
      { kind: 'time', count: 1, lines: [32], reason: '"31/Apr/2015:12:00:00 +0000" is not a time' },
      { kind: 'glued', count: 1, lines: [33], reason: expect.stringContaining('a line end is missing') },
      { kind: 'too-long', count: 1, lines: [34], reason: 'it is longer than 1048576 bytes' },
    ]);
  });

  it('publishes nothing if any event would be rejected', async () => {
    bench.write(logOf(3));
    await expect(bench.run({ anchor: { kind: 'as-logged' } })).rejects.toMatchObject({
      code: 'OUTSIDE_LIMITS',
    });
    await expect(bench.run({ repetitions: 40 })).rejects.toMatchObject({ code: 'OUTSIDE_LIMITS' });
    expect(bench.transport.attempts).toEqual([]);
  });

  it('does not publish what the web server appends meanwhile', async () => {
    bench.write(logOf(3));
    await bench.run({ onStart: () => appendFileSync(bench.file, lineOf('new', END_MS)) });
    expect(bench.transport.taken).toHaveLength(3);
  });

  it('says when the log was rewritten under it', async () => {
    bench.write(logOf(3));
    const rewrite = (): void => writeFileSync(bench.file, logOf(3).replace('c0.', 'd0.'));
    await expect(bench.run({ onStart: rewrite })).rejects.toMatchObject({ code: 'LOG_CHANGED' });
  });
});

describe('the anchor of --shift-to-now', () => {
  it('is chosen once per content and repetitions, whatever the name of the file and the time', async () => {
    bench.write(logOf(3));
    await bench.run();
    const first = bench.ids;
    bench.transport.taken.length = 0;
    bench.nowMs += 5 * DAY_MS;
    await bench.run();
    expect(bench.ids).toEqual(first);
    expect(bench.transport.taken.at(-1)?.occurred_at).toBe(NOW_MS);
  });

  it('differs for another content or another number of repetitions', async () => {
    bench.write(logOf(3));
    await bench.run();
    bench.nowMs += 1_000;
    await bench.run({ repetitions: 2 });
    expect(bench.transport.taken.at(-1)?.occurred_at).toBe(NOW_MS + 1_000);
    bench.nowMs += 1_000;
    bench.write(logOf(4));
    await bench.run();
    expect(bench.transport.taken.at(-1)?.occurred_at).toBe(NOW_MS + 2_000);
  });

  it('is on disk before the first event is published', async () => {
    bench.write(logOf(3));
    let recorded = '';
    bench.transport.onSend = () => {
      const [record] = readdirSync(join(bench.dataDir, 'replay'));
      recorded = readFileSync(join(bench.dataDir, 'replay', String(record)), 'utf8');
    };
    await bench.run();
    expect(JSON.parse(recorded)).toMatchObject({ anchor_ms: NOW_MS, progress: { published: 0 } });
  });

  it('is one for two replays that begin at the same moment', async () => {
    bench.write(logOf(3));
    // Kafka acknowledges nothing until both have begun: otherwise the second may continue where the first has ended.
    const clocks = [NOW_MS, NOW_MS + 7];
    const begun = gate();
    let starts = 0;
    const onStart = (): void => void ((starts += 1) === clocks.length && begun.open());
    bench.transport.onSend = () => begun.passed;
    await Promise.all(clocks.map((clock) => bench.run({ now: () => clock, onStart })));
    expect(bench.ids).toHaveLength(6);
    expect(new Set(bench.ids).size).toBe(3);
  });

  it('leaves only the record', async () => {
    bench.write(logOf(3));
    await bench.run();
    expect(readdirSync(join(bench.dataDir, 'replay'))).toEqual([
      expect.stringMatching(/^[0-9a-f]{16}-1-now\.json$/),
    ]);
  });

  it('is not guessed if the record is damaged', async () => {
    bench.write(logOf(3));
    await bench.run();
    const [record] = readdirSync(join(bench.dataDir, 'replay'));
    for (const damage of ['{"version":1', '{}']) {
      writeFileSync(join(bench.dataDir, 'replay', String(record)), damage);
      await expect(bench.run()).rejects.toMatchObject({ code: 'REPLAY_RECORD_UNREADABLE' });
    }
  });
});

it('moves the last line to a given anchor', async () => {
  bench.write(logOf(3));
  await bench.run({ anchor: { kind: 'at', atMs: NOW_MS - DAY_MS } });
  expect(bench.transport.taken.at(-1)?.occurred_at).toBe(NOW_MS - DAY_MS);
});

describe('a replay that is complete', () => {
  it('is skipped by a start-up, which gets the recorded summary', async () => {
    bench.write(logOf(3));
    const first = await bench.run({ again: false });
    const second = await bench.run({ again: false });
    expect(bench.transport.taken).toHaveLength(3);
    expect(second).toEqual({ summary: first.summary, skipped: true });
  });

  it('is published again on request, under the same ids', async () => {
    bench.write(logOf(3));
    await bench.run();
    const { summary } = await bench.run();
    expect(bench.ids.slice(3)).toEqual(bench.ids.slice(0, 3));
    expect(summary.events_published).toBe(3);
  });

  it('is not complete in another cluster, but keeps its anchor there', async () => {
    bench.write(logOf(3));
    await bench.run();
    bench.nowMs += 1_000;
    const { skipped } = await bench.run({ again: false, destination: 'other/api-calls' });
    expect(skipped).toBe(false);
    expect(bench.ids.slice(3)).toEqual(bench.ids.slice(0, 3));
  });
});
