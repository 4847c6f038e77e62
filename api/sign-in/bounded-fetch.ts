import type { CustomFetch } from 'openid-client';

/** D: a provider's documents, keys and claims are some kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The provider sent more than any of its answers needs. */
export class AnswerTooLargeError extends Error {
  readonly code = 'ANSWER_TOO_LARGE';
  constructor(url: string) {
    super(`${new URL(url).origin} answered with more than ${MAX_ANSWER_BYTES} bytes`);
    this.name = 'AnswerTooLargeError';
  }
}

/**
 * A fetch for openid-client, which would read an answer of any size. It reads 1 MB at most, also of an answer that is
 * small only until it is inflated, and within the timeout of the request. Throws AnswerTooLargeError.
 */
export const boundedFetch: CustomFetch = async (url, { body, ...options }) => {
  const response = await fetch(url, { ...options, body: body ?? null });
  if (response.body === null) return response;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new AnswerTooLargeError(url);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(Buffer.concat(chunks), { status, statusText, headers });
};
