import type { HttpRequest, HttpResponse, HttpSocket } from './http.ts';

/** What to do when a connection closes whose queued answers Node then forgets. */
const queuedAnswers = new WeakMap<HttpSocket, Set<() => void>>();

/**
 * Calls back once, later, when the answer has been sent or can no longer be sent. Node emits 'close' for both, except for an
 * answer that was queued behind an earlier one of the same connection (pipelining) when the connection closed.
 */
export function onceEnded(request: HttpRequest, response: HttpResponse, ended: () => void): void {
  if (response.closed === true) {
    queueMicrotask(ended);
    return;
  }
  let called = false;
  const once = (): void => {
    if (called) return;
    called = true;
    ended();
  };
  if (response.socket !== null) {
    response.on('close', once);
    return;
  }
  const queued = queuedOf(request.socket);
  queued.add(once);
  response.on('close', () => {
    queued.delete(once);
    once();
  });
}

/** One listener for a connection: a client may pipeline more requests than Node finds plausible for listeners. */
function queuedOf(socket: HttpSocket): Set<() => void> {
  const known = queuedAnswers.get(socket);
  if (known) return known;
  const queued = new Set<() => void>();
  queuedAnswers.set(socket, queued);
  socket.once('close', () => {
    for (const ended of queued) ended();
  });
  return queued;
}
