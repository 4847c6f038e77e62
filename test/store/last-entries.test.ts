import { LastEntries } from '../../store/last-entries.ts';

it('the entries that were set last stay, within the limit', () => {
  const entries = new LastEntries<string, number>(2);
  entries.set('one', 1);
  entries.set('two', 2);
  entries.set('one', 3);
  entries.set('three', 4);
  expect(['one', 'two', 'three'].map((key) => entries.get(key))).toEqual([3, undefined, 4]);
  entries.delete('one');
  expect(entries.get('one')).toBeUndefined();
});
