import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { readOpenDifferences } from '../../store/reconciliation/found.ts';
import { projectRoot } from '../../schemas/root.ts';
import { openMeteredDays, type MeteredDays } from '../aggregator/reconciliation/metered-days.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

let days: MeteredDays;
beforeAll(async () => {
  days = await openMeteredDays('repairing');
});
afterAll(() => days.close());

/** Runs `npm run repair`, with the stack's settings in the environment. */
function repair(...args: readonly string[]): Promise<{ code: number | null; out: string; errors: string }> {
  const env = { ...PROGRAM_ENV, ...days.namespace.settings };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(projectRoot(), 'cli', 'repair.ts'), ...args],
      { env },
      (_, out, errors) => resolve({ code: child.exitCode, out, errors }),
    );
  });
}

const namesOf = async (): Promise<string[]> =>
  (await readOpenDifferences(days.client)).map(({ name }) => name).toSorted();

it('npm run repair shows the open differences, repairs what it can with --apply, and checks it', async () => {
  expect(await repair()).toEqual({ code: 0, out: 'Reconciliation has no open difference.\n', errors: '' });

  await days.mutate('usage_15m', `DELETE WHERE org_id = 'two' AND toHour(bucket) = 8`);
  await days.reconcile();
  const found = await namesOf();
  expect(new Set(found)).toEqual(new Set(['rollup-differs', 'breakdown-differs', 'charge-differs']));

  const shown = await repair();
  expect({ code: shown.code, errors: shown.errors }).toEqual({ code: 0, errors: '' });
  expect(shown.out).toMatch(/^rollup-differs: two crm, hour 2026-11-20T08:00:00\.000Z: .+, found 0 calls/m);
  expect(shown.out).toContain('Nothing was changed. Add --apply to repair.');
  expect(await namesOf()).toEqual(found);

  const { code, out, errors } = await repair('--apply');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const outcomes = out.split('\n').filter((line) => line.startsWith('  '));
  expect(outcomes).toHaveLength(found.length);
  for (const outcome of outcomes)
    expect(outcome).toMatch(/^ {2}sealed again, 0 revision\(s\) appended: gone$/);
  expect(await namesOf()).toEqual([]);
  expect(await days.reconcile()).toEqual([]);
}, 180_000);

it('npm run repair says what to do where it cannot repair, and changes nothing then', async () => {
  await days.damaged('landed_ranges', 'DELETE WHERE first_offset = 0', async () => {
    await days.step();
    const { code, out, errors } = await repair('--apply');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toContain('start a consumer with a new CONSUMER_GROUP');
    expect(await namesOf()).toEqual(['offsets-not-landed']);
  });
  await days.step();
  expect(await namesOf()).toEqual([]);
}, 180_000);
