import { createRequire } from 'node:module';
import { stopIdleTimers, type RequestQueue } from '../../../platform/kafka/kafkajs-idle.ts';

interface Queue extends RequestQueue {
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  push(request: object): void;
  checkPendingRequests(): void;
  destroy(): void;
}

const QueueClass: new (options: object) => Queue = createRequire(import.meta.url)(
  'kafkajs/src/network/requestQueue/index.js',
);

function queue(maxInFlightRequests: number): Queue {
  const logger = { debug: () => undefined };
  return new QueueClass({ maxInFlightRequests, requestTimeout: 100, clientId: 'c', broker: 'b', logger });
}

beforeAll(stopIdleTimers);

describe('kafkajs’s queue of pending requests', () => {
  it('sets no timer while it is empty', () => {
    const idle = queue(1);
    idle.checkPendingRequests();
    expect(idle.throttleCheckTimeoutId).toBeNull();
  });

  it('checks again while a request waits for the one before', () => {
    const busy = queue(1);
    for (const correlationId of [1, 2]) {
      busy.push({ entry: { correlationId }, expectResponse: true, sendRequest: () => undefined });
    }
    expect(busy.pending).toHaveLength(1);
    expect(busy.throttleCheckTimeoutId).not.toBeNull();
    busy.destroy();
  });
});
