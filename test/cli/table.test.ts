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
});
