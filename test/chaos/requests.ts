import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';
import type { Put } from './limit-changes.ts';
import type { Get } from './watch.ts';

const ANSWER_WITHIN_MS = 30_000;
/** While faults are injected, an answer that does not come should not keep the next one from being tried. */
const WATCHED_ANSWER_WITHIN_MS = 10_000;

export interface Requests {
  /** As an organisation's admin. @throws where the API does not answer 200 in 30 s */
  readonly get: Get;
  /** The same, undefined where it does not answer 200 in 10 s. */
  readonly watch: Get;
  readonly put: Put;
  readonly overall: Overall;
}

/** With the role platform. @throws where the API does not answer 200 in 30 s */
export interface Overall {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body: object) => Promise<unknown>;
}

const PLATFORM: Claims = { role: 'platform', sub: 'chaos' };
const asAdmin = (org: string): Claims => ({ role: 'admin', sub: 'chaos', org });

/** Requests to several APIs in turn: no answer may depend on which of them gives it. @param apis their addresses */
export function requestsTo(apis: readonly string[], secret: string): Requests {
  let turn = 0;
  const request = async (
    claims: Claims,
    path: string,
    withinMs = ANSWER_WITHIN_MS,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<unknown> => {
    const api = apis[(turn += 1) % apis.length];
    const token = await signToken(Buffer.from(secret), claims, Date.now() + 10 * MINUTE_MS);
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(withinMs);
    const answer = await fetch(`${api}${path}`, { ...init, headers, signal });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    get: (path, org) => request(asAdmin(org), path),
    watch: (path, org) => request(asAdmin(org), path, WATCHED_ANSWER_WITHIN_MS).catch(() => undefined),
    overall: {
      get: (path) => request(PLATFORM, path),
      post: (path, body) => {
        const headers = { 'content-type': 'application/json' };
        const init = { method: 'POST', headers, body: JSON.stringify(body) };
        return request(PLATFORM, path, ANSWER_WITHIN_MS, init);
      },
    },
    put: (path, org, body, key) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key };
      const init = { method: 'PUT', headers, body: JSON.stringify(body) };
      const claims: Claims = { role: 'super_admin', sub: 'chaos', org };
      return request(claims, path, ANSWER_WITHIN_MS, init);
    },
  };
}
