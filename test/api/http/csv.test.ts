import { csvOf } from '../../../api/http/csv.ts';
import { parseCsv } from '../statements/files.ts';

const COLUMNS = ['name', 'count'];
const csv = (...names: readonly string[]) =>
  csvOf(
    names.map((name, count) => ({ name, count })),
    COLUMNS,
  );

describe('CSV (RFC 4180)', () => {
  it('ends every line, the last one too, with CRLF, and begins with the names', () => {
    expect(csv('a', 'b')).toBe('name,count\r\na,0\r\nb,1\r\n');
  });

  it('has only the names without records', () => {
    expect(csv()).toBe('name,count\r\n');
  });

  it('continues without the names', () => {
    expect(csvOf([{ name: 'c', count: 2 }], COLUMNS, false)).toBe('c,2\r\n');
    expect(csvOf([], COLUMNS, false)).toBe('');
  });

  it.each(['a,b', 'say "hi"', 'two\r\nlines', '中文 🙈', ' spaces ', '', '"', ',,'])(
    'keeps %j unchanged',
    (name) => {
      expect(parseCsv(csv(name))).toEqual([{ name, count: '0' }]);
    },
  );

  it.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1', "=cmd|' /C calc'!A0"])(
    'makes a spreadsheet read %j as text, not as a formula',
    (name) => {
      expect(parseCsv(csv(name))).toEqual([{ name: `'${name}`, count: '0' }]);
    },
  );

  it('does the same in a locale that splits lines at semicolons', () => {
    expect(parseCsv(csv("a;=cmd|' /C calc'!A0"))).toEqual([{ name: "a;'=cmd|' /C calc'!A0", count: '0' }]);
    expect(csv('2 at 0.14 = 1; 3 at 0.06 = 2')).toContain('2 at 0.14 = 1; 3 at 0.06 = 2');
  });

  it.each(['-0.15', '6.8', '0', '-12'])('leaves the number %s a number', (name) => {
    expect(csv(name)).toBe(`name,count\r\n${name},0\r\n`);
  });

  it('leaves null empty', () => {
    expect(csvOf([{ name: null }], COLUMNS)).toBe('name,count\r\n,\r\n');
  });
});
