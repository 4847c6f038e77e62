import type { IncomingMessage } from 'node:http';
import { Problem } from '../problems/problem.ts';

/** A host name, an IPv4 address or an IPv6 one in brackets, with or without a port (RFC 3986, 3.2.2); empty for none. */
const HOST = /^(?:\[[\da-f:.%a-z_~-]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/**
 * The rules of HTTP/1.1 for a whole request that Node would enforce by itself, with an empty answer.
 * Throws the Problems `invalid-request` without exactly one valid Host (RFC 9112, 3.2), and `expectation-failed` for an
 * expectation other than 100-continue (RFC 9110, 10.1.1).
 */
export function assertValidMessage({ headers, rawHeaders, httpVersion }: IncomingMessage): void {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  // HTTP/1.0 has neither header.
  const isModern = httpVersion !== '1.0';
  if (hosts > 1 || (isModern && hosts === 0) || !HOST.test(headers.host ?? '')) {
    throw new Problem('invalid-request', 'Send exactly one valid Host header.', {
      headers: { connection: 'close' },
    });
  }
  if (isModern && headers.expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect)) {
    throw new Problem('expectation-failed', 'Send the request without Expect, or with "100-continue".', {
      headers: { connection: 'close' },
    });
  }
}

const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/** The path and query of a request target, which may also be a whole URL (RFC 9112, 3.2.2). */
export function pathOfTarget(target: string): string {
  if (!ABSOLUTE.test(target)) return target;
  const path = target.replace(ABSOLUTE, '');
  return path.startsWith('/') ? path : `/${path}`;
}
