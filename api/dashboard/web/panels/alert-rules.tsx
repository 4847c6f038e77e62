import type { AlertRules } from '../answers.ts';
import { ChangeProblem } from '../components/change-problem.tsx';
import { ConfirmChange } from '../components/confirm-change.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { dateTime } from '../formats.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { useLive } from '../state/live.ts';
import { RULE_KINDS } from './alert-rule-kinds.ts';
import { RulesForm } from './rules-form.tsx';

interface RulesPanelProps {
  readonly org: string;
  readonly product: string;
  readonly zone: string;
}

/** The rules by which alerts of a product are raised. */
export function RulesPanel({ org, product, zone }: RulesPanelProps) {
  const { data, error, refresh } = useLive<AlertRules>(
    `alert rules ${org} ${product}`,
    (signal) => fetchJson(orgPath(org, 'alert-rules'), { query: [['product', product]], signal }),
    null,
  );
  if (error) return <ProblemNotice error={error} onRetry={refresh} />;
  if (data === undefined) return <Loading height={160} />;
  const { is_default, recorded_at, recorded_by, rules } = data;
  const path = `${orgPath(org, 'alert-rules')}?product=${encodeURIComponent(product)}`;
  return (
    <section class="card section" aria-labelledby="rules-title">
      <header class="card-head">
        <h2 id="rules-title">Rules of {product}</h2>
        <span class="faint">
          {is_default
            ? 'the platform’s defaults'
            : `set by ${recorded_by}${recorded_at === null ? '' : `, ${dateTime(recorded_at, zone)}`}`}
        </span>
      </header>
      <p class="faint">
        An alert is raised when one of these is reached, once, and resolved when it no longer holds.
      </p>
      <RulesForm
        key={`${product} ${recorded_at}`}
        emptyText={`No rule: no alert is raised about the usage of ${product}.`}
        rules={rules}
        kinds={RULE_KINDS}
        path={path}
        bodyOf={(changed) => ({ rules: changed })}
        onSaved={refresh}
      />
      {!is_default && <BackToDefaults path={path} onSaved={refresh} />}
    </section>
  );
}

function BackToDefaults({ path, onSaved }: { readonly path: string; readonly onSaved: () => void }) {
  const change = useConfirmedChange(
    { method: 'PUT', path, body: { rules: null }, done: 'The platform’s default rules apply.', onSaved },
    { isReady: true },
  );
  return (
    <form onSubmit={change.submit}>
      {change.isConfirming ? (
        <ConfirmChange
          label="Confirm the defaults"
          question="These rules are replaced by the platform’s defaults, at once. Replace them?"
          action={change.isSaving ? 'Saving …' : 'Use the defaults'}
          isSaving={change.isSaving}
          onCancel={change.cancel}
        />
      ) : (
        <button type="submit" class="link">
          Back to the platform’s defaults …
        </button>
      )}
      <ChangeProblem change={change} />
    </form>
  );
}
