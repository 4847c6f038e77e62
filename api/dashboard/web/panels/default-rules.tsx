import type { ComponentChildren } from 'preact';
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
  const shared = { path: PATH, onSaved: refresh };
  return (
    <div class="pair section">
      <RulesCard id="platform-rules-title" title="Rules of the platform" setBy={setBy}>
        <RulesForm
          key={recorded_at}
          {...shared}
          emptyText="No rule: no alert is raised about the platform."
          rules={platform_rules}
          kinds={PLATFORM_RULE_KINDS}
          bodyOf={(changed) => ({ rules, platform_rules: changed })}
        />
      </RulesCard>
      <RulesCard id="default-rules-title" title="Rules of organisations that have set none" setBy={setBy}>
        <RulesForm
          key={recorded_at}
          {...shared}
          emptyText="No rule: organisations get alerts only by rules of their own."
          rules={rules}
          kinds={RULE_KINDS}
          bodyOf={(changed) => ({ rules: changed, platform_rules })}
        />
      </RulesCard>
    </div>
  );
}

interface RulesCardProps {
  readonly id: string;
  readonly title: string;
  readonly setBy: string;
  readonly children: ComponentChildren;
}

const RulesCard = ({ id, title, setBy, children }: RulesCardProps) => (
  <section class="card" aria-labelledby={id}>
    <header class="card-head">
      <h2 id={id}>{title}</h2>
      <span class="faint">{setBy}</span>
    </header>
    {children}
  </section>
);
