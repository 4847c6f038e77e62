import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import { decide } from '../../domain/alerts/decide.ts';
import { countText, creditThreshold, standing, type Measured } from '../../domain/alerts/measured.ts';
import type { PlatformRule } from '../../domain/alerts/rules.ts';
import { defaultRulesAt } from '../../domain/settings/alerting.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readRecentRecords, WAVE_MINUTES } from '../../store/progress/invalid-records.ts';
import { readWatermark } from '../../store/progress/watermark.ts';
import { DESTINATION_DISABLED } from './destinations.ts';

/** What the state of the pipeline decides. @param topic of the calls @param asOf epoch milliseconds */
export async function decidePlatform(
  client: ClickHouseClient,
  settings: SettingsState,
  { topic, asOf }: { readonly topic: string; readonly asOf: number },
  book: AlertBook,
): Promise<Decision[]> {
  const rules = defaultRulesAt(settings.platformAlerting, asOf).rules.platform_rules;
  const measured: Measured[] = [];
  for (const rule of rules) measured.push(await measure(rule));
  // Alerts about the platform's own destinations share its scope, and are none of these rules'.
  const kinds = new Map<string, string>(rules.map(({ rule_id, kind }) => [rule_id, kind]));
  kinds.set(DESTINATION_DISABLED, DESTINATION_DISABLED);
  return decide({ orgId: '', product: '', asOf, measured, kinds }, book);

  async function measure(rule: PlatformRule): Promise<Measured> {
    if (rule.kind === 'landing-lag') {
      const { displayed } = await readWatermark(client, topic, asOf);
      // Nothing has ever landed before the first consumer reports.
      const seconds = displayed === 0 ? 0 : Math.floor((asOf - displayed) / 1_000);
      const message = `Landing lags behind by ${countText(seconds)} seconds.`;
      return measuredOf(rule, { value: seconds, threshold: rule.seconds ?? 1, unit: 'seconds', message });
    }
    const { invalid } = await readRecentRecords(client, topic, asOf);
    const message = `${countText(invalid)} records were rejected in the last ${WAVE_MINUTES} minutes.`;
    return measuredOf(rule, { value: invalid, threshold: rule.records ?? 1, unit: 'records', message });
  }
}

const measuredOf = (
  { rule_id: ruleId, kind }: PlatformRule,
  given: { value: number; threshold: number; unit: 'seconds' | 'records'; message: string },
): Measured => ({
  ruleId,
  kind,
  subject: '',
  threshold: String(given.threshold),
  value: String(given.value),
  unit: given.unit,
  message: given.message,
  ...standing(given.value, creditThreshold(0, given.threshold)),
});
