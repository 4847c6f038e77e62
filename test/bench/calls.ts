import { completeEvent, type CallEventInput } from '../../schemas/call-event-input.ts';
import type { CallEvent } from '../../schemas/call-event.ts';

/** What the benchmarks publish is the same in every run. */
const SEED = 17;
const ORGS = 10_000;
const GIANT_USERS = 1_000;
const MODULES = ['Leads', 'Contacts', 'Deals', 'Accounts'] as const;
const APPS = ['web', 'web', 'mobile', 'sync', 'sync', 'importer', 'reports', '-'] as const;
const LATE_PERCENT = 2;
const REPEATED_PERCENT = 1;
const HOUR_S = 3_600;
/** A late call comes one to eleven hours after it was answered. */
const LATE_SPREAD_S = 10 * HOUR_S;
const REPEATED_WITHIN = 1_000;

/**
 * Call number `index`, as an API server hands it over. The calls are distributed as those of stored/calls-sql.ts: a quarter belongs
 * to org-0; of the others, the share of org-n falls with n^(2/3), much as Zipf's law has it. Two thirds of the paths
 * have a record's id. 2 % are 429s.
 */
export function callInput(index: number, occurredAt: number): CallEventInput {
  const org = orgOf(index);
  const kind = pick(index, 3, 100);
  const outcome = pick(index, 4, 100);
  const module = MODULES[pick(index, 5, MODULES.length)] ?? MODULES[0];
  const records = org === 0 ? 200_000 : 2_000;
  const path = `/crm/v6/${module}`;
  const recordPath = `${path}/55420${1_000_000_000 + Math.floor(records * unit(index, 6) ** 2)}`;
  const users = org === 0 ? GIANT_USERS : 3 + (org % 40);
  const status = outcome < 2 ? 429 : outcome < 5 ? 404 : 200;
  return {
    occurred_at: occurredAt,
    org_id: `org-${org}`,
    product: 'crm',
    user_id: `user-${Math.floor(users * unit(index, 7) ** 2)}`,
    app_id: APPS[pick(index, 8, APPS.length)] ?? '-',
    method: kind < 22 ? 'GET' : kind < 30 ? 'POST' : kind < 80 ? 'GET' : kind < 97 ? 'PUT' : 'DELETE',
    endpoint: endpointOf(kind, path, recordPath),
    module: kind >= 22 && kind < 33 ? '' : module,
    status,
    credits: status === 429 ? 0 : kind < 30 ? 2 + pick(index, 9, 4) : 1,
    rule: kind < 22 ? 'records' : kind < 30 ? 'query' : kind < 33 ? 'settings' : 'record',
    units: pick(index, 10, 200),
    rejection_cause: status < 429 ? '' : outcome === 0 ? 'credits' : 'concurrency',
    source_address: `10.0.${org % 256}.${pick(index, 11, 8)}`,
    duration_ms: 5 + pick(index, 12, 300),
  };
}

/** The same call as an event. Its id contains the index. */
export function callEvent(index: number, occurredAt: number): CallEvent {
  const random = Buffer.alloc(10);
  random.writeUInt32BE(index, 6);
  return completeEvent(callInput(index, occurredAt), occurredAt, () => random);
}

/**
 * The call that arrives at a position of a stream: the call of that number, or in 1 % of the positions one that was
 * published shortly before, again.
 */
export function arrivalAt(position: number): number {
  const isRepeated = pick(position, 13, 100) < REPEATED_PERCENT;
  return isRepeated ? Math.max(0, position - 1 - pick(position, 14, REPEATED_WITHIN)) : position;
}

/** How long after it was answered a call is published, in milliseconds: nothing, or hours for 2 % of the calls. */
export function latenessMs(index: number): number {
  const isLate = pick(index, 15, 100) < LATE_PERCENT;
  return isLate ? (HOUR_S + pick(index, 16, LATE_SPREAD_S)) * 1_000 : 0;
}

const orgOf = (index: number): number =>
  pick(index, 1, 4) === 0 ? 0 : 1 + Math.floor((ORGS - 1) * unit(index, 2) ** 3);

function endpointOf(kind: number, path: string, recordPath: string): string {
  if (kind < 14) return path;
  if (kind < 22) return `${path}/search`;
  if (kind < 26) return '/crm/v6/coql';
  if (kind < 30) return '/crm/v6/composite_requests';
  if (kind < 33) return '/crm/v6/settings/fields';
  return kind < 90 ? recordPath : `${recordPath}/Notes`;
}

/** In [0, 1), the same in every run. @param use another for each thing that is drawn for a call */
function unit(index: number, use: number): number {
  let mixed = Math.imul(index ^ (SEED << 24), 0x9e_37_79_b1) ^ Math.imul(use, 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21_f0_aa_ad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x73_5a_2d_97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

const pick = (index: number, use: number, values: number): number => Math.floor(unit(index, use) * values);
