/**
 * The aggregator's sealing by a clock of events (event-clock.ts), as a process (program-messages.ts): the real one
 * seals an hour when it is over by the real clock. Closing days is left out. A message makes it seal again at once what
 * late events have invalidated until then; it answers when that is done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { clearInvalidations, readResealed } from '../../aggregator/sealing/invalidations.ts';
import { ResealPace } from '../../aggregator/sealing/reseal-pace.ts';
import { resealHours } from '../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { sealRunningHour } from '../../aggregator/sealing/seal-running-hour.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { closingVariables } from '../../platform/variables.ts';
import { topicNames } from '../../schemas/topics.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { readWatermark } from '../../store/progress/watermark.ts';
import { eventClockOf, eventClockVariables, eventTime } from './event-clock.ts';

/** As aggregator/config.ts has them by default. */
const TICK_MS = 2_000;
const GATHER_MS = 3_000;
const config = readConfig(process.env, {
  ...kafkaVariables,
  ...clickhouseVariables,
  ...closingVariables,
  ...eventClockVariables,
});
const clock = eventClockOf(config);
const client = connectClickHouse(config, 'bench sealing', { requestTimeoutMs: 300_000 });
const { calls } = topicNames(config.TOPIC_PREFIX);
const pace = new ResealPace(() => performance.now());
const stopped = new AbortController();
let isAsked = false;
process.on('message', () => (isAsked = true));
process.once('disconnect', () => stopped.abort());

async function sealWhatHasEnded(): Promise<void> {
  const { confirmed } = await readWatermark(client, calls, Date.now());
  if (confirmed === 0) return;
  const watermark = eventTime(clock, confirmed);
  await sealEndedHours(client, watermark, config.SEAL_DELAY_MS);
  await sealRunningHour(client, watermark, config.SEAL_DELAY_MS, 0);
}

async function reseal(gatherMs: number): Promise<void> {
  const { sealed } = await readProgress(client);
  await resealHours(client, sealed, gatherMs, { beforeEach: sealWhatHasEnded });
  for (;;) {
    const resealed = await readResealed(client);
    if (resealed.length === 0) return;
    await clearInvalidations(client, resealed);
  }
}

process.send?.('ready');
while (!stopped.signal.aborted) {
  await sealWhatHasEnded();
  if (isAsked) {
    await reseal(0);
    isAsked = false;
    process.send?.('sealed');
  } else {
    await pace.run(() => reseal(GATHER_MS));
  }
  await sleep(TICK_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
}
await client.close();
