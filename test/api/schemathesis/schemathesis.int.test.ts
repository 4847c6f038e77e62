import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { SECRET } from '../api-under-test.ts';
import { callEvent, insertEvents } from '../tables.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../writable-api.ts';
import { schemathesis } from './program.ts';

/**
 * schemathesis reads /openapi.json and sends valid and invalid requests of every kind to the running API. It reports
 * server errors, undocumented answers (status, media type, body, headers) and accepted invalid requests.
 */
const program = await schemathesis();
const title =
  'run' in program ? 'schemathesis' : `schemathesis, which could not be installed: ${program.notRun}`;
const describeIfInstalled = 'run' in program ? describe : describe.skip;

/** The length of each run; phases that take longer are cut short. */
const SECONDS = 12;
const MANY_CALLS = 200;
const CALLERS: readonly Claims[] = [{ role: 'super_admin', sub: 'ann', org: 'own' }, PLATFORM];

describeIfInstalled(title, () => {
  let api: WritableApi;
  beforeAll(async () => {
    api = await openWritableApi('schemathesis');
    await api.write('POST', '/v1/orgs', { org_id: 'own', time_zone: 'Europe/Rome', billing_day: 5 });
    await api.write('PUT', '/v1/orgs/own/subscriptions/crm', { edition: 'free', users: 1 });
    const calls = Array.from({ length: MANY_CALLS }, (_, index) =>
      callEvent({ org_id: 'own', occurred_at: api.clock.now - index * 600_000, credits: index }),
    );
    await insertEvents(api.clickhouse, calls);
  });
  afterAll(() => api.close());

  it.each(CALLERS)(
    'finds nothing as $role',
    async (claims) => {
      if ('notRun' in program) throw new Error(program.notRun);
      const token = await signToken(SECRET, claims, api.clock.now + 3_600_000);
      const { code, output } = await program.run(
        `${api.url}/openapi.json`,
        `--header=Authorization: Bearer ${token}`,
        '--phases=examples,coverage,fuzzing',
        // Its 503 where ClickHouse takes longer than two seconds would count as a server error.
        '--exclude-path=/readyz',
        `--max-time=${SECONDS}`,
        '--seed=1',
        // Python 3.11's parser fails now and then where two threads use it.
        '--workers=1',
        '--no-color',
        '--warnings=off',
      );
      expect({ code, found: code === 0 ? '' : output }).toEqual({ code: 0, found: '' });
    },
    90_000,
  );
});
