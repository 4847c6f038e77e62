import { EstimateAnswer } from '../../../api/catalogues/estimate-route.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';

const ANYONE: Claims = { role: 'user', sub: 'ann', org: 'unknown' };

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('estimate', Date.parse('2026-11-22T10:00:00Z'));
});
afterAll(() => api.close());

const estimate = (query: string) => api.read(EstimateAnswer, `/v1/estimate?${query}`, ANYONE);

describe('GET /v1/estimate', () => {
  it('returns the cost of additional credits on a number of days, slab by slab', async () => {
    expect(await estimate('credits=80000&days=30')).toEqual({
      credits: 80_000,
      currency: 'USD',
      price_book: '2020-09',
      slabs: [
        { credits: 25_000, rate_per_1000: '0.14', amount: '3.5' },
        { credits: 55_000, rate_per_1000: '0.06', amount: '3.3' },
      ],
      day_amount: '6.8',
      days: 30,
      amount: '204',
    });
  });

  it.each([
    ['credits=0', '0', '0'],
    ['credits=1', '0.00014', '0.00014'],
    ['credits=25001', '3.50006', '3.50006'],
    ['credits=100000&days=30', '8', '240'],
    ['credits=250000', '15.5', '15.5'],
    ['credits=1000000&days=2', '34.25', '68.5'],
    ['credits=9007199254740991&days=366', '225179981377.774775', '82415873184265.56765'],
  ])('%s: a day %s, all %s', async (query, day_amount, amount) => {
    expect(await estimate(query)).toMatchObject({ day_amount, amount });
  });

  it.each([
    ['', 'credits'],
    ['credits=-1', 'credits'],
    ['credits=1.5', 'credits'],
    ['credits=9007199254740993', 'credits'],
    ['credits=1&days=0', 'days'],
    ['credits=1&days=367', 'days'],
    ['credits=1&price=2', 'price'],
  ])('rejects ?%s, naming %s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/estimate?${query}`, ANYONE);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [expect.objectContaining({ parameter })] });
  });
});
