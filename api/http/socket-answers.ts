import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../platform/logging.ts';
import { Problem, type ProblemType } from '../problems/problem.ts';
import { PROBLEM_MEDIA_TYPE } from '../problems/schema.ts';
import { requestIdOf } from './request-id.ts';

const BY_CODE: Readonly<Record<string, readonly [ProblemType, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'Send a shorter URL and shorter headers.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['payload-too-large', 'Send shorter chunk extensions.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'Send the whole request faster.'],
};

/** Answers what never becomes a request of the application, with the problem document that all other errors have. */
export interface SocketAnswers {
  /** Of what is not HTTP at all, too long or too slow: Node's event `clientError`. */
  readonly answerClientError: (error: Error & { readonly code?: string }, socket: Duplex) => void;
  /** Listens for what the server would otherwise answer, or cut off, by itself. */
  readonly listenTo: (server: Server) => void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** @param now epoch milliseconds, for the header Date */
export function createSocketAnswers(given: {
  readonly newRequestId: () => string;
  readonly now: () => number;
  readonly logger: Logger;
}): SocketAnswers {
  const { newRequestId, now, logger } = given;
  /** The last request of each connection. */
  const last = new WeakMap<Duplex, Exchange>();

  function send(socket: Duplex, problem: Problem, requestId: string): void {
    if (!socket.writable) return;
    logger.info({ reqId: requestId, problem: problem.code, cause: problem.cause }, 'request rejected');
    const body = JSON.stringify(problem.document());
    const headers = Object.entries({
      ...problem.headers,
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': Buffer.byteLength(body),
      'x-request-id': requestId,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      date: new Date(now()).toUTCString(),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n`;
    socket.end(`${status}${headers.join('')}\r\n${body}`, () => socket.destroy());
  }

  return {
    answerClientError(error, socket) {
      // The client has closed the connection, or is being answered already.
      if (error.code === 'ECONNRESET' || socket.destroyed || socket.writableEnded) return;
      const [type, detail] = BY_CODE[error.code ?? ''] ?? [
        'invalid-request',
        'Send a well-formed HTTP request.',
      ];
      const answer = () => send(socket, new Problem(type, detail, { cause: error.code }), newRequestId());
      const { request, response } = last.get(socket) ?? {};
      if (!request || !response || response.writableFinished) answer();
      // The error belongs to the next request, whose answer must not be taken for this one's.
      else if (request.complete) response.once('close', answer);
      // The error is in this request's body. Without a socket it waits for the answers to earlier requests.
      else if (response.socket && !response.headersSent) answer();
      else socket.destroy();
    },

    listenTo(server) {
      server.on('request', (request, response) => last.set(request.socket, { request, response }));
      server.on('connect', (request, socket) => {
        const problem = new Problem('method-not-allowed', 'This server is not a proxy: send GET or POST.', {
          headers: { allow: 'GET, HEAD, OPTIONS, PATCH, POST, PUT' },
        });
        socket.on('error', () => socket.destroy());
        send(socket, problem, requestIdOf(request, newRequestId));
      });
    },
  };
}
