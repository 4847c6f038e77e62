import { createRequire } from 'node:module';

/** The patched part of kafkajs 2.2.4's src/network/requestQueue; test/platform/kafka/kafkajs-idle.test.ts notices changes of it. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, InFlight>;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  requestTimeoutIntervalId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
  isConnected(): boolean;
  destroy(): void;
}

interface InFlight {
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

interface QueueClass {
  readonly prototype: RequestQueue;
}

let isStopped = false;
/** Of the time that an answer may take: how much later than that a request without an answer may be given up. */
const CHECKS_PER_TIMEOUT = 10;
const RAREST_CHECK_MS = 5_000;

/**
 * Stops kafkajs's endless 1 ms timers: every check of the queue of pending requests schedules the next check, even for
 * an empty queue. An empty queue needs none, as a request that has to wait schedules a check itself. This reduced the
 * CPU use of an idle consumer from 6 % to 2 % of a core. Their delay is negative, which makes Node 24 warn.
 *
 * Each connection also looks ten times a second for requests whose answers are overdue, an idle consumer 70 times. Now
 * it looks as often as the time for an answer needs: every 3 s for 30 s.
 */
export function stopIdleTimers(): void {
  if (isStopped) return;
  isStopped = true;
  const { prototype }: QueueClass = createRequire(import.meta.url)(
    'kafkajs/src/network/requestQueue/index.js',
  );
  const schedule = Object.getOwnPropertyDescriptor(prototype, 'scheduleCheckPendingRequests')?.value;
  prototype.scheduleCheckPendingRequests = function scheduleWhilePending(): void {
    if (this.pending.length > 0) Reflect.apply(schedule, this, []);
  };
  prototype.scheduleRequestTimeoutCheck = lookForOverdue;
}

function lookForOverdue(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  const everyMs = Math.min(RAREST_CHECK_MS, this.requestTimeout / CHECKS_PER_TIMEOUT);
  this.requestTimeoutIntervalId = setInterval(() => {
    for (const request of this.inflight.values()) {
      if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
    }
    if (!this.isConnected()) this.destroy();
  }, everyMs);
}
