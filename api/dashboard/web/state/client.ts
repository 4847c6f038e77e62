import { withinRequestLimit } from './request-limit.ts';
import { send, type RequestOptions } from './send.ts';

/**
 * Calls the API as the signed-in user. The answer has the type of its route's schema: the API serializes by it.
 * Throws ApiError. A token or a session that the API no longer accepts is ended.
 */
export async function fetchJson<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  return withinRequestLimit(async () => {
    const response = await send(path, options);
    // A removal is answered without a body.
    const answer: Answer = response.status === 204 ? null : await response.json();
    return answer;
  });
}

export const orgBase = (org: string): string => `/v1/orgs/${encodeURIComponent(org)}`;
export const orgPath = (org: string, rest: string): string => `${orgBase(org)}/${rest}`;
/** Of what belongs to the platform itself, under the same names as an organisation's. */
export const PLATFORM_BASE = '/v1/platform';
