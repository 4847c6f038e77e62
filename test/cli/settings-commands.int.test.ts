import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let pipeline: PipelineUnderTest;
beforeAll(async () => {
  pipeline = await openPipeline('commands', { UNKNOWN_ORGS: 'none' });
  await pipeline.start('consumer');
});
afterAll(() => pipeline.stop(), 60_000);

/** Runs a command like deploy/run.ts. */
function run(command: 'org' | 'catalogue', ...args: readonly string[]): Promise<Ended> {
  const main = join(projectRoot(), 'cli', `${command}.ts`);
  const env = { ...PROGRAM_ENV, ...pipeline.env };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out, err });
    });
  });
}

async function done(...args: Parameters<typeof run>): Promise<string> {
  const { code, out, err } = await run(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

test('an organisation is created, subscribes, changes now and later, and all of it is shown with who and why', async () => {
  await done('org', 'create', 'acme', '--time-zone', 'Europe/Rome', '--billing-day', '31', '--by', 'ann');
  await done('org', 'subscribe', 'acme', 'crm', '--edition', 'standard', '--users', '10');
  const raise = ['--additional-limit', '100000', '--by', 'cem', '--reason', 'they asked for it'];
  expect(await run('org', 'subscribe', 'acme', 'crm', ...raise)).toMatchObject({
    code: 1,
    err: expect.stringContaining('name the super admin with --as-super-admin'),
  });
  expect(await done('org', 'subscribe', 'acme', 'crm', ...raise, '--as-super-admin', 'owen')).toMatch(
    /^acme: recorded .*Z, in effect from .*Z\n$/,
  );
  await done('org', 'set', 'acme', '--billing-day', '5', '--effective-at', '2199-12-01T00:00:00Z');

  const shown = await done('org', 'show', 'acme');
  expect(shown.split('\n')).toEqual(
    expect.arrayContaining([
      'acme',
      '  time zone: Europe/Rome',
      '  billing day: 31',
      expect.stringMatching(/^ {2}today: 20\S+, 20\S+:00:00\.000Z to 20\S+:00:00\.000Z$/),
      expect.stringMatching(/^ {2}billing period: 20\S+ to 20\S+, then to 20\S+$/),
      '  crm: standard, licensed users 10, additional limit 100000',
      'takes effect later',
      '  2199-12-01T00:00:00.000Z org {"billing_day":5}',
      expect.stringMatching(/^ {2}20\S+Z ann: created \{"time_zone":"Europe\/Rome","billing_day":31\}$/),
      expect.stringMatching(/Z owen via cem: crm \{"additional_limit":100000\}; they asked for it$/),
    ]),
  );
});

test('a rejected change names the invalid option and is not recorded', async () => {
  await done('org', 'create', 'zeta', '--time-zone', 'UTC', '--billing-day', '1');
  const { code, err } = await run('org', 'set', 'zeta', '--time-zone', 'Mars/Olympus');
  expect([code, err]).toEqual([
    1,
    '--time-zone is "Mars/Olympus": write an IANA time zone, like "Europe/Rome"\n',
  ]);
  const unknown = await run('org', 'subscribe', 'zeta', 'crm', '--edition', 'platinum', '--users', '1');
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('has no edition platinum')]);
  expect(await run('org', 'show', 'nobody')).toMatchObject({
    code: 1,
    err: 'The organisation nobody does not exist.\n',
  });
  expect((await done('org', 'show', 'zeta')).split('history\n')[1]?.trim().split('\n')).toHaveLength(1);
});

test('of several concurrent creations the first one in the log counts', async () => {
  const ended = await Promise.all(
    ['1', '2', '3'].map((day) => run('org', 'create', 'race', '--time-zone', 'UTC', '--billing-day', day)),
  );
  expect(ended.filter(({ code }) => code === 0)).toHaveLength(1);
  const winner = ended.findIndex(({ code }) => code === 0) + 1;
  expect(await done('org', 'show', 'race')).toContain(`  billing day: ${winner}\n`);
  expect(ended.filter(({ code }) => code === 1).map(({ err }) => err)).toEqual(
    Array.from({ length: 2 }, () => expect.stringContaining('the organisation race already exists')),
  );
});

test('a catalogue is shown, gets a version from a file, and rejects an invalid one by its place in the file', async () => {
  const file = join(pipeline.dataDir, 'book.json');
  const book = {
    effective_at: '2199-01-01T00:00:00Z',
    name: 'next',
    currency: 'USD',
    minor_unit_digits: 2,
    slabs: [{ credits: null, rate_per_1000: '0.2' }],
  };
  writeFileSync(file, JSON.stringify(book));
  expect(await done('catalogue', 'add', 'prices', file)).toContain('in effect from 2199-01-01T00:00:00.000Z');
  const versions: unknown = JSON.parse(await done('catalogue', 'show', 'prices'));
  expect(versions).toMatchObject([
    { name: '2020-09' },
    { ...book, effective_at: '2199-01-01T00:00:00.000Z' },
  ]);

  writeFileSync(
    file,
    JSON.stringify({ ...book, name: 'worse', slabs: [{ credits: null, rate_per_1000: '-1' }] }),
  );
  const { code, err } = await run('catalogue', 'add', 'prices', file);
  expect([code, err]).toEqual([
    1,
    expect.stringContaining('/slabs/0/rate_per_1000 is -1: a price must not be negative'),
  ]);
});

test('a wrong command line prints the usage and ends with exit code 2', async () => {
  const { code, err } = await run('org', 'create', 'x', '--time-zone', 'UTC');
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/^--billing-day is missing.\n\nnpm run org -- create/),
  ]);
  expect(await done('catalogue', '--help')).toContain('npm run catalogue -- add');
});
