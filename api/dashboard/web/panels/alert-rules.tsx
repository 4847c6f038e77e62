import { useState } from 'preact/hooks';
import type { AlertRules } from '../answers.ts';
import { dateTime } from '../formats.ts';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import {
  newRuleId,
  parametersOf,
  RULE_KINDS,
  ruleText,
  UNITS,
  type AlertRule,
  type Parameter,
} from './alert-rule-kinds.ts';
import { ChangeProblem } from '../components/change-problem.tsx';

interface RulesPanelProps {
  readonly org: string;
  readonly answer: AlertRules;
  readonly zone: string;
  readonly onChanged: () => void;
}

/** The rules of a product. They are changed together: nothing is saved before the button says so. */
export function RulesPanel({ org, answer, zone, onChanged }: RulesPanelProps) {
  const { product, is_default, recorded_at, recorded_by } = answer;
  const [rules, setRules] = useState<readonly AlertRule[]>(answer.rules);
  const [isDefault, setIsDefault] = useState(false);
  const path = `${orgPath(org, 'alert-rules')}?product=${encodeURIComponent(product)}`;
  const change = useChange({ method: 'PUT', path, body: { rules: isDefault ? null : rules }, fields: [] });
  const isChanged = isDefault || JSON.stringify(rules) !== JSON.stringify(answer.rules);
  const edit = (next: readonly AlertRule[]): void => {
    setIsDefault(false);
    setRules(next);
  };
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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change.save().then((isDone) => isDone && onChanged());
        }}
      >
        {rules.length === 0 && <p class="empty">No rule: no alert is raised about the usage of {product}.</p>}
        <ul class="rules">
          {rules.map((rule, index) => (
            <li key={rule.rule_id}>
              <span>{RULE_KINDS[rule.kind].name}</span>
              {parametersOf(rule).map((name) => (
                <ParameterField
                  key={name}
                  rule={rule}
                  name={name}
                  onChange={(value) => edit(rules.with(index, { ...rule, [name]: value }))}
                />
              ))}
              <button
                type="button"
                class="link"
                aria-label={`Remove the rule ${ruleText(rule, '')}`}
                onClick={() => edit(rules.toSpliced(index, 1))}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
        <div class="actions section">
          <AddRule rules={rules} onAdd={(rule) => edit([...rules, rule])} />
          <button type="submit" class="primary" disabled={!isChanged || change.isSaving}>
            {change.isSaving ? 'Saving …' : isDefault ? 'Use the platform’s defaults' : 'Save the rules'}
          </button>
          {!is_default && !isDefault && (
            <button type="button" class="link" onClick={() => setIsDefault(true)}>
              Back to the platform’s defaults …
            </button>
          )}
          {isChanged && (
            <button
              type="button"
              class="link"
              onClick={() => {
                setRules(answer.rules);
                setIsDefault(false);
              }}
            >
              Undo
            </button>
          )}
        </div>
        <ChangeProblem change={change} />
      </form>
    </section>
  );
}

function AddRule({
  rules,
  onAdd,
}: {
  readonly rules: readonly AlertRule[];
  readonly onAdd: (rule: AlertRule) => void;
}) {
  return (
    <label>
      <span class="sr-only">Add a rule</span>
      <select
        value=""
        onChange={({ currentTarget }) => {
          const kind = kindOf(currentTarget.value);
          currentTarget.value = '';
          if (kind) onAdd({ rule_id: newRuleId(kind, rules), kind, ...RULE_KINDS[kind].initial });
        }}
      >
        <option value="">Add a rule …</option>
        {Object.entries(RULE_KINDS).map(([kind, { name }]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const isKind = (text: string): text is AlertRule['kind'] => text in RULE_KINDS;
const kindOf = (text: string): AlertRule['kind'] | undefined => (isKind(text) ? text : undefined);

interface ParameterFieldProps {
  readonly rule: AlertRule;
  readonly name: Parameter;
  readonly onChange: (value: number | string) => void;
}

/** An amount is a decimal string; everything else is a whole number. The API has the last word on both. */
function ParameterField({ rule, name, onChange }: ParameterFieldProps) {
  const label = `${RULE_KINDS[rule.kind].name}, ${name}`;
  return (
    <label>
      <span class="sr-only">{label}</span>
      <input
        class="short"
        required
        inputMode={name === 'amount' ? 'decimal' : 'numeric'}
        pattern={name === 'amount' ? '\\d{1,12}([.]\\d{1,12})?' : '\\d{1,12}'}
        title={name === 'amount' ? 'An amount, such as 50 or 12.50' : 'A whole number'}
        autocomplete="off"
        value={String(rule[name])}
        onChange={({ currentTarget: { value } }) =>
          onChange(name === 'amount' ? value : /^\d+$/.test(value) ? Number(value) : value)
        }
      />{' '}
      {UNITS[name]}
    </label>
  );
}
