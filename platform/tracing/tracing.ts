import { randomBytes } from 'node:crypto';
import type { Logger } from '../logging.ts';
import { encodeSpans, type FinishedSpan } from './otlp.ts';

/** D: spans are exported within a second, or sooner where so many wait. */
const EXPORT_EVERY_MS = 1_000;
const EXPORT_SPANS = 500;
/** More are dropped and counted: traces must not fill the memory while the collector is away. */
const MAX_WAITING_SPANS = 5_000;
const EXPORT_WITHIN_MS = 5_000;

/**
 * The spans of this process, sent to a collector by OTLP over HTTP. It only adds to traces that arrive sampled: whether
 * a call is traced is decided where the trace begins. Losing spans is harmless, so nothing waits for the collector.
 */
export class Tracing {
  readonly #url: string;
  readonly #service: string;
  readonly #logger: Pick<Logger, 'warn'>;
  #waiting: FinishedSpan[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #exporting: Promise<void> | undefined;

  /** @param endpoint without /v1/traces. @param service as traces name this process */
  constructor(endpoint: string, service: string, logger: Pick<Logger, 'warn'>) {
    this.#url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
    this.#service = service;
    this.#logger = logger;
  }

  /** Of a span that is described when it has ended: its children may begin before. */
  newSpanId(): string {
    return randomBytes(8).toString('hex');
  }

  /** Takes an ended span. @param spanId from newSpanId, where children know it already */
  ended(span: Omit<FinishedSpan, 'spanId'>, spanId = this.newSpanId()): void {
    if (this.#waiting.length >= MAX_WAITING_SPANS) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push({ ...span, spanId });
    if (this.#waiting.length >= EXPORT_SPANS) this.#exportNow();
    else this.#timer ??= setTimeout(() => this.#exportNow(), EXPORT_EVERY_MS);
  }

  /** Exports what waits, once; takes EXPORT_WITHIN_MS at most for each of two exports. */
  async close(): Promise<void> {
    await this.#exporting;
    this.#exportNow();
    await this.#exporting;
  }

  #exportNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#exporting || this.#waiting.length === 0) return;
    const spans = this.#waiting;
    this.#waiting = [];
    this.#exporting = this.#send(spans).finally(() => {
      this.#exporting = undefined;
      if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#exportNow(), EXPORT_EVERY_MS);
    });
  }

  /** Never rejects. */
  async #send(spans: readonly FinishedSpan[]): Promise<void> {
    const dropped = this.#dropped;
    this.#dropped = 0;
    try {
      const answer = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: encodeSpans(this.#service, spans),
        signal: AbortSignal.timeout(EXPORT_WITHIN_MS),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
      if (dropped > 0)
        this.#logger.warn({ dropped }, 'spans were dropped: too many waited for the collector');
    } catch (error) {
      this.#logger.warn({ err: error, dropped: dropped + spans.length }, 'spans could not be exported');
    }
  }
}

/** @returns undefined where no collector is configured: then nothing is traced, and nothing costs anything */
export function openTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: { readonly OTEL_EXPORTER_OTLP_ENDPOINT: string },
  service: string,
  logger: Pick<Logger, 'warn'>,
): Tracing | undefined {
  return endpoint === '' ? undefined : new Tracing(endpoint, service, logger);
}
