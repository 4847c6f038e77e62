import { createRequire } from 'node:module';

/** What is touched of kafkajs 2.2.4's src/network/requestQueue; a change of it fails test/platform/kafka/kafkajs-idle.test.ts. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

interface QueueClass {
  readonly prototype: RequestQueue;
}

let isStopped = false;

/**
 * Stops kafkajs's endless 1 ms timers: each look at the queue of waiting requests sets a timer for the next look,
 * waiting requests or not. A request that has to wait asks for a look by itself, so an empty queue needs none.
 * An idle consumer process burnt 6 % of a core, and 2 % without them. Their delay is negative, of which Node 24 warns.
 */
export function stopIdleTimers(): void {
  if (isStopped) return;
  isStopped = true;
  const { prototype }: QueueClass = createRequire(import.meta.url)(
    'kafkajs/src/network/requestQueue/index.js',
  );
  const schedule = Object.getOwnPropertyDescriptor(prototype, 'scheduleCheckPendingRequests')?.value;
  prototype.scheduleCheckPendingRequests = function scheduleWhereSomethingWaits(): void {
    if (this.pending.length > 0) Reflect.apply(schedule, this, []);
  };
}
