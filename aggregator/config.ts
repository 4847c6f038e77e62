import { validate } from 'node-cron';
import { Type } from 'typebox';
import {
  clickhouseSettings,
  kafkaSettings,
  logSettings,
  orgSettings,
  timingSettings,
} from '../platform/config.ts';

/** All settings of the aggregator process, read once in main.ts. */
export const aggregatorSettings = {
  ...kafkaSettings,
  ...clickhouseSettings,
  ...logSettings,
  ...orgSettings,
  ...timingSettings,
  GATHER_MS: Type.Integer({
    default: 3_000,
    minimum: 0,
    description: 'how long late events are gathered before their hours are sealed again',
  }),
  LOG_LANDED_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1_000,
    description:
      'how long acknowledged charges may take to land before the tick fails; the next tick retries',
  }),
  TICK: Type.Refine(
    Type.String({
      default: '*/2 * * * * *',
      description: 'cron expression (UTC, with seconds) of the wake-ups',
    }),
    validate,
    () => 'must be a cron expression',
  ),
};
