import { isIPv4, isIPv6 } from 'node:net';
import type { CallEvent } from '../../schemas/call-event.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { LoggedCall } from './parse.ts';

/** The event of an access log's line (interfaces.md, "Replay of an access log"). */

const PRODUCT = 'crm';
const RULE = 'access-log-size';
const BYTES_PER_CREDIT = 10_240;
const NO_USER = '-';

/** The event without its id and time, which depend on the anchor and the repetition. */
export type CallContent = Omit<CallEvent, 'event_id' | 'occurred_at'>;

export function contentOf(call: LoggedCall): CallContent {
  return {
    org_id: orgOf(call.host),
    product: PRODUCT,
    user_id: call.user === NO_USER ? call.host : call.user,
    app_id: call.app,
    method: call.method,
    endpoint: call.path,
    module: '',
    status: call.status,
    credits: creditsOf(call),
    rule: RULE,
    units: call.sizeBytes,
    rejection_cause: '',
    source_address: isIPv4(call.host) || isIPv6(call.host) ? call.host : '',
    duration_ms: null,
  };
}

/**
 * `net-` + the first octet of an IPv4 address; `dom-` + the last label of a host name; `dom-local` for anything
 * without a dot and for every IPv6 address. D: the final dot of a fully qualified name (`a.example.`) is ignored.
 */
export function orgOf(host: string): string {
  if (isIPv4(host)) return `net-${host.slice(0, host.indexOf('.'))}`;
  if (isIPv6(host)) return 'dom-local';
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  const dot = name.lastIndexOf('.');
  return dot === -1 ? 'dom-local' : `dom-${name.slice(dot + 1)}`;
}

/** 1 + floor(bytes / 10,240); a rejected call costs nothing. */
export function creditsOf(call: Pick<LoggedCall, 'status' | 'sizeBytes'>): number {
  return call.status === REJECTED_STATUS ? 0 : 1 + Math.floor(call.sizeBytes / BYTES_PER_CREDIT);
}
