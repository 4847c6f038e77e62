import { decodeSettingsChange } from '../../schemas/settings-change.ts';
import type { DecisionLog } from './decision-log.ts';

/** DateTime64 ends in 2299. */
const MAX_INSTANT_MS = Date.UTC(2299, 0);

/** The topic settings. Whether a change is valid at its place in the log is decided by the settings fold, not here. */
export const settingsLog: DecisionLog = {
  table: 'settings_log',
  invalidReason: 'not-a-settings-change',
  rowOf: ({ value, offset, timestampMs }) => {
    const change = decodeSettingsChange(value ?? Buffer.alloc(0));
    const { effective_at } = change;
    if (effective_at < 0 || effective_at > MAX_INSTANT_MS) {
      throw new RangeError(`effective_at ${effective_at} is not between 1970 and 2299`);
    }
    return {
      kafka_offset: offset,
      appended_at: new Date(timestampMs).toISOString(),
      ...change,
      effective_at: new Date(effective_at).toISOString(),
    };
  },
};
