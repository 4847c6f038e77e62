import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RegistryAccess } from './access.ts';

/** Larger than any schema that is read; an answer beyond it is junk. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

export interface JsonAnswer {
  readonly status: number;
  /** Undefined where the answer is not JSON. */
  readonly body: unknown;
}

/**
 * Sends a request and reads its answer as JSON. node:https, because fetch takes no certificates.
 * @param path after the registry's address. @param payload is sent as JSON, by POST
 * @param signal ends the request and the reading of its answer
 * @throws the connection's error, RangeError if the answer is too long
 */
export async function requestJson(
  { url, authorization, ca }: RegistryAccess,
  path: string,
  payload: object | undefined,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const options = {
    method: payload ? 'POST' : 'GET',
    headers: {
      accept: `${MEDIA_TYPE}, application/json`,
      ...(payload && { 'content-type': MEDIA_TYPE }),
      ...(authorization && { authorization }),
    },
    ...(ca && { ca }),
    signal,
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(`${url}${path}`, options, resolve);
    request.on('error', reject);
    request.end(payload && JSON.stringify(payload));
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_ANSWER_BYTES) throw new RangeError(`the answer has over ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(bytes);
  }
  return { status: answer.statusCode ?? 0, body: jsonOf(Buffer.concat(chunks).toString('utf8')) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
