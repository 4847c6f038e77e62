import { OrgsAnswer } from '../../../api/orgs/routes.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const PLATFORM: Claims = { role: 'platform', sub: 'petra' };
const IDS = ['Acme', 'acme-two', 'beta', 'gamma/1', 'other-ACME'];

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('orgslist', NOW);
  await insertSettings(
    api.clickhouse,
    IDS.map((org) => ({ org, value: { time_zone: 'UTC', billing_day: 1 } })),
  );
});
afterAll(() => api.close());

async function idsOf(query: string, claims = PLATFORM): Promise<string[]> {
  const found: string[] = [];
  for (let cursor = ''; ;) {
    const page = await api.read(OrgsAnswer, `/v1/orgs?limit=2&${query}${cursor}`, claims);
    found.push(...page.orgs.map(({ org_id }) => org_id));
    if (page.next_cursor === null) return found;
    cursor = `&cursor=${page.next_cursor}`;
  }
}

describe('the list of organisations', () => {
  it('finds a part of an id in upper or lower case, over all pages', async () => {
    expect(await idsOf('search=ACME')).toEqual(['Acme', 'acme-two', 'other-ACME']);
    expect(await idsOf('search=%2F1')).toEqual(['gamma/1']);
    expect(await idsOf('search=nothing')).toEqual([]);
    expect(await idsOf('search=')).toEqual(IDS);
  });

  it('is for the billing service too, which reads the bill of each', async () => {
    expect(await idsOf('search=beta', { role: 'billing', sub: 'bill' })).toEqual(['beta']);
  });
});
