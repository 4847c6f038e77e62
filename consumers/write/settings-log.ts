import { decodeSettingsChange } from '../../schemas/settings-change.ts';
import type { LandedLog } from './log-writer.ts';

/** DateTime64 ends in 2299. */
const MAX_INSTANT_MS = Date.UTC(2299, 0);

/** The topic settings. Whether a change is valid where it stands is decided by aggregator/settings/, not here. */
export const settingsLog: LandedLog = {
  table: 'settings_log',
  unfit: 'not-a-settings-change',
  rowOf: ({ value, offset, timestampMs }) => {
    const change = decodeSettingsChange(value ?? Buffer.alloc(0));
    const { effective_at } = change;
    if (effective_at < 0 || effective_at > MAX_INSTANT_MS) {
      throw new Error(`effective_at ${effective_at} is outside of 1970 to 2299`);
    }
    return {
      kafka_offset: offset,
      appended_at: new Date(timestampMs).toISOString(),
      ...change,
      effective_at: new Date(effective_at).toISOString(),
    };
  },
};
