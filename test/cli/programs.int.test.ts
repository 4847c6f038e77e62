import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { nextChargeRecord } from '../../domain/closing/next-revision.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { advanceProgress } from '../../store/progress/aggregator-progress.ts';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { projectRoot } from '../../schemas/root.ts';
import { callEvent, insertCharges, insertEvents, insertSettings } from '../api/tables.ts';
import { openNamespace } from '../servers/namespace.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

const now = Date.now();
/** The first of last month: in the period that what-if prices. */
const day = new Date(Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() - 1, 1));
const DATE = day.toISOString().slice(0, 10);
const NEXT = new Date(day.getTime() + DAY_MS).toISOString().slice(0, 10);

/** "November 2026" */
const monthAfter = (date: Date): string =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)).toLocaleString('en-GB', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });

const namespace = openNamespace('programs');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'programs test');
  await insertSettings(client, [
    { org: 'acme', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'acme', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
    { org: 'late', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'late', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
  ]);
  await insertEvents(client, [
    callEvent({ org_id: 'acme', occurred_at: day.getTime() + 5, credits: 30_000 }),
    callEvent({ org_id: 'acme', occurred_at: day.getTime() + 6, credits: 1_000, user_id: 'bob' }),
    callEvent({ org_id: 'late', occurred_at: day.getTime() + 5, credits: 15_644 }),
  ]);
  await sealEndedHours(client, now, 60_000);
  await advanceProgress(client, 'closed', now);
  await closeLate();
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

/** Closes the day of `late` in the next period, when the statement of its own is final. */
async function closeLate(): Promise<void> {
  const settings = await createSettingsStore(client, 'none').refresh();
  const org = settings.history('late');
  const zoneDay = org && calendarOf(org.timeZone).dayByDate(DATE);
  const usage = { orgId: 'late', product: 'crm', calls: 1, credits: 15_644 };
  const closedAt = day.getTime() + 40 * DAY_MS;
  const record = zoneDay && nextChargeRecord(settings.catalogues, org, zoneDay, usage, undefined, closedAt);
  if (!record) throw new Error('no revision');
  await insertCharges(client, [record]);
}

/** Runs a program like `npm run`, with the stack's settings in the environment. */
function run(
  program: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<{ code: number; out: string; errors: string }> {
  const file = join(projectRoot(), 'cli', `${program}.ts`);
  const env = { ...PROGRAM_ENV, ...namespace.settings, ...more };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], { env }, (_, out, errors) =>
      resolve({ code: child.exitCode ?? -1, out, errors }),
    );
  });
}

it('a command checks the ClickHouse cluster, as a process does', async () => {
  const several = { CLICKHOUSE_URL: 'http://127.0.0.1:1,http://127.0.0.1:2', CLICKHOUSE_CLUSTER: '' };
  const { code, errors } = await run('recompute', ['--org', 'acme', '--from', DATE, '--to', NEXT], several);
  expect({ code, errors }).toEqual({
    code: 1,
    errors: expect.stringContaining(
      'CLICKHOUSE_URL names several servers, so CLICKHOUSE_CLUSTER must name their cluster',
    ),
  });
});

describe('the commands about charges', () => {
  it.each([
    ['explain', ['--org', 'acme', '--day', DATE], /over limit +16,000 .*\n\namount: USD 1\.4, exact/],
    [
      'explain',
      ['--org', 'acme', '--day', DATE, '--top', '1'],
      /by user\n.*\n +ann .* 30,000 .*\n +\(other\)/,
    ],
    ['estimate', ['--credits', '80000'], /a day: USD 6\.8\n/],
    ['estimate', ['--credits', '100000', '--days', '30'], /30 such days: USD 240\n/],
    ['what-if', ['--org', 'acme', '--additional-limit', '25000'], /31,000 +10,000 +1\.4 +25,000 +3\.5\n/],
    [
      'recompute',
      ['--org', 'acme', '--from', DATE, '--to', NEXT],
      /corrected, revision 1.*\n\nNothing was changed/,
    ],
  ])(
    '%s %j',
    async (program, args, expected) => {
      const { code, out, errors } = await run(program, args);
      expect({ code, errors, out }).toEqual({ code: 0, errors: '', out: expect.stringMatching(expected) });
    },
    60_000,
  );

  it.each([
    ['explain', ['--org', 'acme'], 2, /^--day is missing/],
    ['explain', ['--org', 'nobody', '--day', DATE], 1, /^The organisation nobody does not exist/],
    ['estimate', ['--credits', 'many'], 2, /^--credits must be a whole number/],
    ['what-if', ['--org', 'acme'], 2, /^Specify at least one of --edition, --users, --additional-limit/],
    ['what-if', ['--org', 'acme', '--edition', 'gold'], 1, /^The product crm has no edition gold/],
    ['recompute', ['--org', 'acme', '--from', NEXT, '--to', DATE], 2, /^--to must be later/],
  ])(
    '%s %j fails with exit code %i and a reason',
    async (program, args, code, message) => {
      const failed = await run(program, args);
      expect({ code: failed.code, out: failed.out }).toEqual({ code, out: '' });
      expect(failed.errors).toMatch(message);
    },
    60_000,
  );

  const adjustment = `10,000 billed in ${monthAfter(day)} as an adjustment: USD 1.4`;
  it.each([
    ['explain', ['--day', DATE], `: 0 billed, USD 0\n  ${adjustment}\n`],
    [
      'what-if',
      ['--additional-limit', '0'],
      `: 0 billed, USD 0\n  ${adjustment}\n    ${DATE}: ${adjustment}\n`,
    ],
  ])(
    '%s %j says of a late revision what the API says: the statement that bills it as an adjustment',
    async (program, args, expected) => {
      const { code, out, errors } = await run(program, ['--org', 'late', ...args]);
      expect({ code, errors, out }).toEqual({ code: 0, errors: '', out: expect.stringContaining(expected) });
    },
    60_000,
  );

  it.each([
    ['explain', ['--day', DATE]],
    ['what-if', ['--users', '2']],
  ])(
    '%s %j says that the local stack assumes the terms of a misspelt organisation',
    async (program, args) => {
      const { out } = await run(program, ['--org', 'acne', ...args], { UNKNOWN_ORGS: 'local' });
      expect(out).toMatch(
        /\nNothing is recorded about this organisation\. The local stack assumes .*10,000 /,
      );
      expect((await run(program, ['--org', 'acme', ...args], { UNKNOWN_ORGS: 'local' })).out).not.toContain(
        'Nothing is recorded',
      );
    },
    60_000,
  );
});
