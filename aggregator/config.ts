import { validate } from 'node-cron';
import { Type } from 'typebox';
import { clickhouseSettings, kafkaSettings, logSettings, orgSettings } from '../platform/config.ts';

/** When the aggregator acts; the API reads these as well, to say what is due. All in milliseconds. */
export const timingSettings = {
  SEAL_DELAY_MS: Type.Integer({
    default: 60_000,
    minimum: 1_000,
    description:
      'how long after an hour’s end it is sealed; must exceed the difference of the machines’ clocks',
  }),
  GRACE_MS: Type.Integer({
    default: 15 * 60_000,
    minimum: 0,
    description: 'how long after its end a day stays open',
  }),
};

/** All settings of the aggregator process, read once in main.ts. */
export const aggregatorSettings = {
  ...kafkaSettings,
  ...clickhouseSettings,
  ...logSettings,
  ...orgSettings,
  ...timingSettings,
  GATHER_MS: Type.Integer({ default: 3_000, minimum: 0, description: 'how long late events are gathered' }),
  LOG_LANDED_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1_000,
    description: 'how long acknowledged charges may take to land before the tick gives up and is retried',
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
