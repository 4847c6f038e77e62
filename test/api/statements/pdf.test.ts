import { onBehalfOf } from '../../../api/http/running-request.ts';
import type { StatementDocument } from '../../../api/statements/document.ts';
import { statementPdf } from '../../../api/statements/pdf.ts';
import { oneAtATime } from '../../../api/statements/one-at-a-time.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2025-10-01T00:00:00Z');

const instant = (index: number): string => new Date(FIRST_MS + index * DAY_MS).toISOString();
const date = (index: number): string => instant(index).slice(0, 10);

/** A statement of this many days without usage. */
function statementOf(count: number): StatementDocument {
  const none = { used: 0, included: 5_000, additional_limit: 0, additional_used: 0, billed_credits: 0 };
  return {
    org_id: 'one',
    product: 'crm',
    currency: 'USD',
    from: date(0),
    to: date(count),
    days: Array.from({ length: count }, (_, index) => ({
      day: date(index),
      from: instant(index),
      to: instant(index + 1),
      status: 'final',
      begun: true,
      subscribed: true,
      revision: 1,
      ...none,
      over_limit: 0,
      amount: '0',
      slabs: [],
      later: null,
      billed_as_adjustment: [],
    })),
    adjustments: [],
    total: { billed_credits: 0, amount: '0', rounded_amount: null },
    issuer: 'the issuer',
    time_zone: 'UTC',
    next_billing_date: date(count),
    issued_at: instant(count),
    minor_unit_digits: 2,
    localDateOf: (at) => at.slice(0, 10),
  };
}

describe('a long statement', () => {
  it('lets other requests run while it is printed, and ends with its own request', async () => {
    const request = new AbortController();
    const printed = onBehalfOf({ id: 'gone', signal: request.signal }, () => statementPdf(statementOf(400)));
    setImmediate(() => request.abort(new Error('the client is gone')));
    await expect(printed).rejects.toThrow('the client is gone');
  });

  it('is printed completely for a client that waits', async () => {
    expect((await statementPdf(statementOf(400))).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

describe('work that runs one at a time', () => {
  it('continues after a failure', async () => {
    const inTurn = oneAtATime();
    const seen: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
      if (name === 'first') throw new Error(name);
    };
    const first = inTurn(work('first'));
    const second = inTurn(work('second'));
    await expect(first).rejects.toThrow('first');
    await second;
    expect(seen).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('is skipped if its request has ended meanwhile', async () => {
    const inTurn = oneAtATime();
    const signal = AbortSignal.abort(new Error('gone'));
    let isDone = false;
    const lost = onBehalfOf({ id: 'gone', signal }, () => inTurn(async () => (isDone = true)));
    await expect(lost).rejects.toThrow('gone');
    expect(isDone).toBe(false);
  });
});
