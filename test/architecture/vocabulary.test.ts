import { projectRoot } from '../../schemas/root.ts';
import type { Source } from './layers.ts';
import { readProjectFiles } from './project-files.ts';
import { wrongWords } from './vocabulary.ts';

/** Code and documents. Applied migrations cannot change (platform/clickhouse/migrate.ts); tests may say it otherwise. */
const files = readProjectFiles(projectRoot()).filter(
  ({ path }) => !/^(schemas\/clickhouse|test)\//.test(path),
);

const line = (text: string, path = 'store/x.ts'): Source => ({ path, text });

describe('code and documents', () => {
  it('use one term for one thing, the term of the field', () => {
    expect(wrongWords(files)).toEqual([]);
  });
});

describe('the check of words', () => {
  it.each([
    'const landedUntil = 1;',
    '/** The verdict on a record. */',
    "'lap must be a number'",
    'export class SettingsRefused {}',
    '// Whoever reads this is told of it.',
    'dirtyHours.map(mark)',
    'it is no UUID',
  ])('finds the word in %s', (text) => {
    expect(wrongWords([line(text)]).length).toBeGreaterThan(0);
  });

  it.each([
    'SELECT landed_until FROM landing_progress; SELECT count() FROM dirty_marks',
    '--laps N',
    'there is no default; it is no longer open',
    'deadLetter, watermark, benchmark, default',
    'letters, digits and _',
    'the current usage',
  ])('leaves %s alone', (text) => {
    expect(wrongWords([line(text)])).toEqual([]);
  });

  it('leaves a field of an answer alone, but not the word in a sentence', () => {
    const path = 'api/settings/change-answer.ts';
    expect(wrongWords([line('return { refused: outcome.refused };', path)])).toEqual([]);
    expect(wrongWords([line('/** A change that was refused. */', path)])).toHaveLength(1);
  });

  it('finds the word in a path', () => {
    expect(wrongWords([line('', 'api/usage/portion.ts')])).toHaveLength(1);
  });
});
