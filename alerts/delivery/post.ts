import { lookup } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** What a webhook's receiver, or a mail server, has made of an attempt. */
export interface AttemptResult {
  readonly isDelivered: boolean;
  /** The HTTP status or SMTP code; 0 where there was none. */
  readonly status: number;
  /** '' where it is delivered. */
  readonly error: string;
  /** Whether the receiver wants nothing more at all (HTTP 410). */
  readonly isGone: boolean;
}

/** The address of a webhook may not be called (setting WEBHOOK_TARGETS). */
export class TargetNotAllowedError extends Error {
  readonly code = 'TARGET_NOT_ALLOWED';
  constructor(reason: string) {
    super(`${reason}: set WEBHOOK_TARGETS=any to allow it, or use a public https address.`);
    this.name = 'TargetNotAllowedError';
  }
}

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long connecting, sending and answering may take together. */
  readonly timeoutMs: number;
  /** Whether private addresses and plain http are allowed too. */
  readonly isAnyTarget: boolean;
  /** Cuts off the attempt. */
  readonly signal?: AbortSignal;
}

/**
 * Makes one POST. A redirect is not followed: it is a failure like any status that is not 2xx. The address that a name
 * resolves to is checked as the connection is made, so that a name cannot resolve to another one in between.
 */
export async function post(url: string, options: PostOptions): Promise<AttemptResult> {
  try {
    const status = await send(new URL(url), options);
    const isDelivered = status >= 200 && status < 300;
    return { isDelivered, status, error: isDelivered ? '' : `HTTP ${status}`, isGone: status === 410 };
  } catch (error) {
    return { isDelivered: false, status: 0, error: reasonOf(error), isGone: false };
  }
}

async function send(
  url: URL,
  { headers, body, timeoutMs, isAnyTarget, signal: stop }: PostOptions,
): Promise<number> {
  assertAllowed(url, isAnyTarget);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = stop ? AbortSignal.any([timeout, stop]) : timeout;
  const sent = request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    signal,
    // A connection of its own, checked for this attempt.
    agent: false,
    ...(isAnyTarget ? {} : { lookup: publicLookup }),
  });
  sent.on('response', (response) => {
    resolve(response.statusCode ?? 0);
    // What the receiver answers beyond its status is of no interest, however long it is.
    response.destroy();
  });
  sent.on('error', (error) =>
    reject(timeout.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error),
  );
  sent.end(body);
  return promise;
}

/** A host that is an address is not looked up. */
function assertAllowed({ protocol, hostname }: URL, isAnyTarget: boolean): void {
  if (isAnyTarget) return;
  if (protocol !== 'https:') throw new TargetNotAllowedError('The URL is not https');
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0 && !isPublicAddress(address))
    throw new TargetNotAllowedError(`${address} is not public`);
}

const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 0);
    const other = addresses.find(({ address }) => !isPublicAddress(address));
    if (other) return done(new TargetNotAllowedError(`${hostname} resolves to ${other.address}`), '', 0);
    const [first] = addresses;
    if (options.all === true) return done(null, addresses);
    return done(null, first?.address ?? '', first?.family ?? 0);
  });
};

const MAX_ERROR_CHARACTERS = 300;

/** A reason that is short and shows nothing of the request. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.slice(0, MAX_ERROR_CHARACTERS);
}
