import { rateLimitFields, rejectionAnswer, rejectionCauseOf } from '../../../domain/gate/explanation.ts';
import type { LimitStanding } from '../../../domain/gate/protocol.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const standing: LimitStanding = { scope: 'team', name: 'sales', limit: 500, used: 480, available: 20 };
const short: LimitStanding = {
  ...standing,
  shortage: {
    needed: 50,
    available_at: NOW + 61_200,
    top_user: { user_id: 'ann', credits: 300 },
    top_app: { app_id: 'sync', credits: 200 },
  },
};

describe('the fields of an answer', () => {
  it('have the limit and what is left, in credits of 24 hours, and no names', () => {
    expect(rateLimitFields(standing, NOW)).toEqual({
      'ratelimit-policy': '"team-budget";q=500;qu="credits";w=86400',
      ratelimit: '"team-budget";r=20',
    });
    expect(rateLimitFields(short, NOW)['ratelimit']).toBe('"team-budget";r=20;t=62');
  });
});

describe('a rejection', () => {
  it('names the limit, who used most of it, and when as many credits will have returned', () => {
    const { headers, problem } = rejectionAnswer(short, 50, NOW);
    // Rounded up: who waits so long is not early.
    expect(headers['retry-after']).toBe('62');
    expect(problem).toMatchObject({
      status: 429,
      credits: 50,
      detail:
        'The call costs 50 credits, which the limit of the team sales does not have: 480 of 500 are used. ' +
        'As many credits will have returned at 2026-03-10T12:01:01.200Z.',
      'violated-policies': ['team-budget'],
      top_user: { user_id: 'ann', credits: 300 },
      available_at: '2026-03-10T12:01:01.200Z',
    });
    expect(rejectionCauseOf(short)).toBe('limit: team-budget');
  });

  it('says what is reserved besides, so that the figures add up', () => {
    const { problem } = rejectionAnswer({ ...short, used: 300, available: 20 }, 50, NOW);
    expect(problem).toMatchObject({
      detail: expect.stringContaining('300 of 500 are used and 180 are reserved. As many'),
      limit: { credits: 500, used: 300, reserved: 180 },
    });
  });

  it('gives the instant of a dearer call to a cheaper one, and none to a dearer one', () => {
    expect(rejectionAnswer(short, 30, NOW).headers['retry-after']).toBe('62');
    expect(rejectionAnswer(short, 60, NOW)).toMatchObject({
      // Retry-After is never earlier than t.
      headers: { 'retry-after': '1', ratelimit: '"team-budget";r=20' },
      problem: { available_at: null, detail: expect.stringContaining('Try again in a second.') },
    });
  });

  it('says that a call costs more than the limit, and not to try again', () => {
    const never = { ...short, shortage: { needed: 600, available_at: null, top_user: null, top_app: null } };
    const { headers, problem } = rejectionAnswer(never, 600, NOW);
    expect(headers).not.toHaveProperty('retry-after');
    expect(problem).toMatchObject({ available_at: null, detail: expect.stringContaining('raise the limit') });
  });

  it('names the spending cap where that has too little, and the day’s credits by it', () => {
    const at = NOW + 12 * 3_600_000;
    const spending_cap = { amount: '0.14', spent: '0.1393', currency: 'USD', day_credits: 6_000 };
    const capped: LimitStanding = {
      ...standing,
      scope: 'org',
      name: '',
      limit: 15_000,
      used: 5_995,
      available: 5,
      shortage: { needed: 50, available_at: at, top_user: null, top_app: null, spending_cap },
    };
    const { headers, problem } = rejectionAnswer(capped, 50, NOW);
    expect(headers).toEqual({
      'ratelimit-policy': '"spending-cap";q=6000;qu="credits"',
      ratelimit: '"spending-cap";r=5;t=43200',
      'retry-after': '43200',
    });
    expect(problem).toMatchObject({
      title: 'The spending cap of the billing period is reached',
      detail:
        'The call costs 50 credits, for which the spending cap has no room: 0.1393 of 0.14 USD are spent. ' +
        'As many credits will have returned at 2026-03-11T00:00:00.000Z.',
      'violated-policies': ['spending-cap'],
      spending_cap,
      available_at: '2026-03-11T00:00:00.000Z',
    });
    expect(problem).not.toHaveProperty('limit');
    expect(rejectionCauseOf(capped)).toBe('limit: spending-cap');
  });

  it('says so where no gate has answered', () => {
    expect(rejectionAnswer(undefined, 5, NOW)).toMatchObject({
      headers: { 'retry-after': '1' },
      problem: {
        type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
        title: 'It is not known whether there are credits left',
      },
    });
  });
});
