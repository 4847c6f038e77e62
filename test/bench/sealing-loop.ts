/**
 * The aggregator's sealing by a clock of events (event-clock.ts), as a process: the real one seals an hour when it is
 * over by the real clock. Closing days is left out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { clearInvalidations, readInvalidations } from '../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables, closingVariables, kafkaVariables } from '../../platform/variables.ts';
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
const stopped = new AbortController();
process.once('SIGTERM', () => stopped.abort());

while (!stopped.signal.aborted) {
  const { confirmed } = await readWatermark(client, calls, Date.now());
  if (confirmed > 0) {
    await sealEndedHours(client, eventTime(clock, confirmed), config.SEAL_DELAY_MS);
    const { sealed } = await readProgress(client);
    const invalidations = await readInvalidations(client, sealed, GATHER_MS);
    await resealInvalidated(client, invalidations);
    await clearInvalidations(client, invalidations);
  }
  await sleep(TICK_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
}
await client.close();
