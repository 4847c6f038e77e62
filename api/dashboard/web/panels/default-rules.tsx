import type { AlertDefaults } from '../answers.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { dateTime } from '../formats.ts';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { PLATFORM_RULE_KINDS, RULE_KINDS } from './alert-rule-kinds.ts';
import { RulesForm } from './rules-form.tsx';

const PATH = '/v1/alert-defaults';

/** The platform's rules for itself, and those of organisations that have set none. */
export function DefaultRulesPanels({ zone }: { readonly zone: string }) {
  const { data, error, refresh } = useLive<AlertDefaults>(
    'alert defaults',
    (signal) => fetchJson(PATH, { signal }),
    null,
  );
  if (error) return <ProblemNotice error={error} onRetry={refresh} />;
  if (data === undefined) return <Loading height={240} />;
  const { rules, platform_rules, recorded_at, recorded_by } = data;
  const setBy =
    recorded_at === null
      ? 'as the release has them'
      : `set by ${recorded_by}, ${dateTime(recorded_at, zone)}`;
  return (
    <div class="pair section">
      <section class="card" aria-labelledby="platform-rules-title">
        <header class="card-head">
          <h2 id="platform-rules-title">Rules of the platform</h2>
          <span class="faint">{setBy}</span>
        </header>
        <RulesForm
          key={recorded_at}
          emptyText="No rule: no alert is raised about the platform."
          rules={platform_rules}
          kinds={PLATFORM_RULE_KINDS}
          path={PATH}
          bodyOf={(changed) => ({ rules, platform_rules: changed })}
          onSaved={refresh}
        />
      </section>
      <section class="card" aria-labelledby="default-rules-title">
        <header class="card-head">
          <h2 id="default-rules-title">Rules of organisations that have set none</h2>
          <span class="faint">{setBy}</span>
        </header>
        <RulesForm
          key={recorded_at}
          emptyText="No rule: organisations get alerts only by rules of their own."
          rules={rules}
          kinds={RULE_KINDS}
          path={PATH}
          bodyOf={(changed) => ({ rules: changed, platform_rules })}
          onSaved={refresh}
        />
      </section>
    </div>
  );
}
