import { recordChange, TooManyChangesError } from '../../../store/settings/record.ts';
import {
  decodeSettingsChange,
  type LoggedChange,
  type SettingsChange,
} from '../../../schemas/settings-change.ts';
import type { SettingsState } from '../../../domain/settings/state.ts';
import { created, logOf, NO_SETTINGS } from '../../domain/settings/changes.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const MINUTE = 60_000;

/** The log in memory: what is appended lands at once. */
function writerOf(changesPerHour: number) {
  const log: LoggedChange[] = logOf(T, created(), { ...created(), org_id: 'other' });
  let now = T + MINUTE;
  return {
    log,
    pass: (ms: number) => (now += ms),
    writer: {
      store: {
        refresh: async () => NO_SETTINGS.after(log),
        outcome: async (state: SettingsState, id: string) => state.outcome(id),
        outcomesOf: async (state: SettingsState, orgId: string) => state.outcomesOf(orgId),
      },
      log: {
        append: async (records: readonly { readonly value: Buffer }[]) => {
          for (const { value } of records) {
            log.push({ ...decodeSettingsChange(value), offset: log.length, appended_at: now });
          }
        },
        close: async () => undefined,
      },
      now: () => now,
      changesPerHour,
    },
  };
}

const change = (change_id: string, billing_day: number, org_id = 'acme'): SettingsChange => ({
  change_id,
  org_id,
  kind: 'org',
  product: '',
  value: JSON.stringify({ billing_day }),
  effective_at: 0,
  recorded_by: 'ann',
  reason: '',
});

it('an organisation may record so many changes in an hour, and is told when it may go on', async () => {
  const { writer, log, pass } = writerOf(3);
  await recordChange(writer, change('a', 2));
  pass(MINUTE);
  await recordChange(writer, change('b', 3));
  // The creation was the first of the three, 2 minutes ago.
  const refused = recordChange(writer, change('c', 4));
  await expect(refused).rejects.toThrow(TooManyChangesError);
  await expect(refused).rejects.toMatchObject({ retryAfterS: 58 * 60 });
  expect(log).toHaveLength(4);

  await recordChange(writer, change('d', 4, 'other'));
  expect((await recordChange(writer, change('b', 3))).change.change_id).toBe('b');
  pass(58 * MINUTE);
  await recordChange(writer, change('c', 4));
  await expect(recordChange(writer, change('e', 5))).rejects.toMatchObject({ retryAfterS: 60 });
});
