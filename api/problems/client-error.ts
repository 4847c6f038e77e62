import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { Problem, type ProblemType } from './problem.ts';
import { PROBLEM_MEDIA_TYPE } from './schema.ts';

const BY_CODE: Readonly<Record<string, readonly [ProblemType, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'Send a shorter URL and shorter headers.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'Send the whole request faster.'],
};

/** Answers, on the bare socket, what never became a request: not HTTP at all, too long or too slow. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // The client has closed the connection.
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const [type, detail] = BY_CODE[error.code ?? ''] ?? [
      'invalid-request',
      'Send a well-formed HTTP request.',
    ];
    const problem = new Problem(type, detail);
    const body = JSON.stringify(problem.document());
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
        `content-type: ${PROBLEM_MEDIA_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
