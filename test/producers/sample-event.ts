import type { Publisher } from '../../producers/publisher-contract.ts';
import type { CallEventInput } from '../../schemas/call-event-input.ts';

export const NOW_MS = Date.UTC(2026, 2, 1, 12);

/** A valid call, of which tests change one field. */
export function call(changes: Partial<CallEventInput> = {}): CallEventInput {
  return {
    org_id: 'acme',
    product: 'crm',
    user_id: 'ann',
    app_id: 'desk/1.0',
    method: 'GET',
    endpoint: '/leads',
    status: 200,
    credits: 1,
    ...changes,
  };
}

/** Bytes that count up: different for every call, the same in every run. */
export function countingBytes(): (bytes: number) => Uint8Array {
  let next = 0;
  return (bytes) => Uint8Array.from({ length: bytes }, () => next++ % 251);
}

/** Publishes calls of users 0, 1, 2 ...; the rejections of their promises are handled. */
export function publishUsers(publisher: Publisher, count: number, from = 0): { reports: Promise<string>[] } {
  const reports = Array.from({ length: count }, (_, index) =>
    publisher.publish(call({ user_id: `u${from + index}` })),
  );
  for (const report of reports) report.catch(() => undefined);
  return { reports };
}

/** Who called, in order. */
export const users = (events: readonly { user_id: string }[]): string[] =>
  events.map(({ user_id }) => user_id);
