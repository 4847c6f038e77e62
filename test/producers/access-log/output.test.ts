import { jsonOutput, textOutput } from '../../../producers/access-log/output.ts';
import { LineReports } from '../../../producers/access-log/reports.ts';
import { logOf, ReplayBench } from './replay-bench.ts';

let bench: ReplayBench;
beforeEach(() => (bench = new ReplayBench()));
afterEach(() => bench.remove());

describe('the text of a replay', () => {
  it('reports progress every two seconds, also while the log is read', () => {
    let written = '';
    let nowMs = 0;
    const output = textOutput(
      (text) => (written += text),
      undefined,
      () => nowMs,
    );
    for (nowMs = 0; nowMs <= 5_000; nowMs += 500) output.read(nowMs * 10);
    for (; nowMs <= 9_000; nowMs += 500) output.progressed(nowMs);
    expect(written).toBe(
      'read 20000 lines\nread 40000 lines\npublished 6000 of 0 events\npublished 8000 of 0 events\n',
    );
  });

  it('names malformed lines by what is wrong with them', async () => {
    bench.write(`${logOf(2)}x\n${logOf(1).replace('20/May', '31/Apr')}${'y\n'.repeat(30)}`);
    let written = '';
    textOutput((text) => (written += text), undefined, Date.now).finished(await bench.run());
    expect(written).toMatch(
      /^malformed \(format\): 31 lines: 3, 5, 6, .*, 23 and 11 more\. Line 3: it is not in the common or combined log format$/m,
    );
    expect(written).toMatch(
      /^malformed \(time\): 1 line: 4\. Line 4: "31\/Apr\/2015:12:00:00 \+0000" is not a time$/m,
    );
    expect(written).toMatch(
      /^published 2 events of 34 lines in 1 repetitions \(32 malformed, 0 rejected, 0 blank lines\)/m,
    );
  });
});

it('the JSON of a replay is a line for each progress and one for the result', async () => {
  bench.write(logOf(2));
  const lines: unknown[] = [];
  const output = jsonOutput((text) => lines.push(JSON.parse(text)));
  output.read(2);
  const result = await bench.run({
    onStart: (start) => output.started(start),
    onProgress: (published) => output.progressed(published),
  });
  output.finished(result);
  expect(lines).toEqual([{ progress: { published: 2, events: 2 } }, result]);
});

it('reports of lines are limited, and their counts are not', () => {
  const reports = new LineReports();
  for (let line = 1; line <= 3_000; line += 1)
    reports.add(line, line % 2 === 1 ? 'odd' : 'even', `of ${line}`);
  expect(reports.list).toHaveLength(1_000);
  expect(reports.kinds.map(({ kind, count, lines, reason }) => [kind, count, lines.at(-1), reason])).toEqual([
    ['odd', 1_500, 39, 'of 1'],
    ['even', 1_500, 40, 'of 2'],
  ]);
});
