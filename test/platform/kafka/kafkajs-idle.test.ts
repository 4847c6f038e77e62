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

function queue(maxInFlightRequests: number, requestTimeout = 100): Queue {
  const logger = { debug: () => undefined };
  return new QueueClass({
    maxInFlightRequests,
    requestTimeout,
    enforceRequestTimeout: true,
    isConnected: () => true,
    clientId: 'c',
    broker: 'b',
    logger,
  });
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

describe('kafkajs’s look for overdue answers', () => {
  it('comes ten times in the time that an answer may take, and every 5 s at least', () => {
    const intervals = jest.spyOn(globalThis, 'setInterval');
    for (const [requestTimeout, everyMs] of [
      [60_000, 5_000],
      [30_000, 3_000],
      [500, 50],
    ]) {
      const connected = queue(1, requestTimeout);
      connected.scheduleRequestTimeoutCheck();
      expect(intervals).toHaveBeenLastCalledWith(expect.any(Function), everyMs);
      connected.destroy();
    }
    intervals.mockRestore();
  });

  it('fails a request whose answer is overdue', async () => {
    const connected = queue(1, 20);
    const reason = await new Promise((resolve, reject) => {
      const entry = { correlationId: 1, resolve, reject };
      connected.scheduleRequestTimeoutCheck();
      connected.push({ entry, expectResponse: true, sendRequest: () => undefined });
    }).catch((error: unknown) => error);
    expect(String(reason)).toContain('timed out');
    connected.destroy();
  });
});
