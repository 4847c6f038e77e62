import { table } from '../../cli/table.ts';

describe('a table', () => {
  it('aligns numbers to the right and words to the left, its header with them', () => {
    expect(
      table(
        [
          ['ann', '5'],
          ['jo', '1,200'],
        ],
        ['who', 'n'],
      ),
    ).toEqual(['  who      n', '  ann      5', '  jo   1,200']);
  });

  it('keeps a cell in its line, whatever it contains, and lets it control no terminal', () => {
    expect(table([['/a\n/b\u001b[2J\u009b', '5']])).toEqual(['  /a\\u000A/b\\u001B[2J\\u009B  5']);
  });
});
