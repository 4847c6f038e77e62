import { mintEventId } from '../../../schemas/event-id.ts';
import type { RejectionReason } from '../../../schemas/event-rejected-error.ts';

/** The clock of all event vectors. */
export const NOW_MS = Date.UTC(2026, 2, 1, 12);
/** Of the ids that are minted. Bits that the version and the variant replace differ from them. */
export const RANDOM = Buffer.from('f1e2d3c4b5a697887766', 'hex');

/** The limits of publishing that a case changes; the others have their defaults. */
export interface CaseLimits {
  readonly future_ms?: number;
  readonly lateness_ms?: number;
  readonly max_event_bytes?: number;
}

/** What is published, and why it is rejected; undefined if it is valid. The name says what the case shows. */
export interface EventCase {
  readonly name: string;
  readonly input: unknown;
  readonly reason?: RejectionReason;
  readonly limits?: CaseLimits;
}

export const MINIMAL = {
  org_id: 'acme',
  product: 'crm',
  user_id: 'ann',
  app_id: '-',
  method: 'GET',
  endpoint: '/leads',
  status: 200,
  credits: 1,
};
export const FULL = {
  event_id: mintEventId(NOW_MS - 1, Buffer.from('0123456789abcdef0123', 'hex')),
  occurred_at: NOW_MS - 1,
  ...MINIMAL,
  app_id: 'desk/1.0',
  method: 'POST',
  module: 'leads',
  status: 201,
  credits: 3,
  rule: 'insert',
  units: 25,
  rejection_cause: '',
  source_address: '2001:db8::1',
  duration_ms: 12,
};

export type Changes = Readonly<Record<string, unknown>>;

export const call = (changes: Changes): Changes => ({ ...MINIMAL, ...changes });

export const valid = (name: string, changes: Changes, limits?: CaseLimits): EventCase => ({
  name,
  input: call(changes),
  ...(limits && { limits }),
});

export const rejected = (
  reason: RejectionReason,
  name: string,
  changes: Changes,
  limits?: CaseLimits,
): EventCase => ({
  ...valid(name, changes, limits),
  reason,
});

export const malformed = (name: string, input: unknown): EventCase => ({ name, input, reason: 'shape' });
