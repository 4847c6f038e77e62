import type { MeterClock } from '../../../producers/middleware/call-recorder.ts';
import type { Caller, MeterOptions } from '../../../producers/middleware/contract.ts';
import { countingBytes } from '../sample-event.ts';
import { RecordingPublisher } from './recording-publisher.ts';

export const ANN: Caller = { org_id: 'acme', user_id: 'ann' };

export interface LoggedLine {
  readonly code: string;
  readonly message: string;
}

/** Options for tests: everyone is ann, and the lines of the log are kept. */
export interface SampleOptions extends Omit<MeterOptions<object>, 'caller'> {
  readonly publisher: RecordingPublisher;
  readonly lines: LoggedLine[];
  readonly caller: () => Caller | undefined;
}

export function sampleOptions(publisher: RecordingPublisher = new RecordingPublisher()): SampleOptions {
  const lines: LoggedLine[] = [];
  const error = (details: { readonly code?: string }, message: string): void =>
    void lines.push({ code: details.code ?? '', message });
  return { publisher, lines, logger: { error }, caller: () => ANN, product: 'crm' };
}

export const sampleClock = (): MeterClock => ({
  now: Date.now,
  monotonicMs: () => performance.now(),
  random: countingBytes(),
});
