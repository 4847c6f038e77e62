import { useState } from 'preact/hooks';
import { WholeNumberField } from '../components/whole-number-field.tsx';
import { number } from '../formats.ts';
import { parseWholeNumber } from '../whole-number.ts';
import {
  newRuleId,
  parametersOf,
  ruleText,
  unitsOf,
  type Parameter,
  type Rule,
  type RuleKinds,
} from './alert-rule-kinds.ts';

interface RuleListProps {
  readonly rules: readonly Rule[];
  readonly kinds: RuleKinds;
  /** Of the amounts. */
  readonly currency: string;
  readonly onChange: (rules: readonly Rule[]) => void;
}

/** The fields of rules, one a line. What is typed wrong stays in its field, and the API rejects it. */
export function RuleList({ rules, kinds, currency, onChange }: RuleListProps) {
  return (
    <ul class="rules">
      {rules.map((rule, index) => (
        <li key={rule.rule_id}>
          <span>{kinds[rule.kind]?.name ?? rule.kind}</span>
          <span class="rule-values">
            {parametersOf(rule).map((name) => (
              <ParameterField
                key={name}
                rule={rule}
                name={name}
                label={`${kinds[rule.kind]?.name ?? rule.kind}, ${name}`}
                currency={currency}
                onChange={(value) => onChange(rules.with(index, { ...rule, [name]: value }))}
              />
            ))}
          </span>
          <button
            type="button"
            class="link"
            aria-label={`Remove the rule ${ruleText(rule, currency)}`}
            onClick={() => onChange(rules.toSpliced(index, 1))}
          >
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}

interface AddRuleProps {
  readonly rules: readonly Rule[];
  readonly kinds: RuleKinds;
  readonly onAdd: (rule: Rule) => void;
}

export function AddRule({ rules, kinds, onAdd }: AddRuleProps) {
  return (
    <label>
      <span class="sr-only">Add a rule</span>
      <select
        value=""
        onChange={({ currentTarget }) => {
          const kind = currentTarget.value;
          const known = kinds[kind];
          currentTarget.value = '';
          if (known) onAdd({ rule_id: newRuleId(kind, rules), kind, ...known.initial });
        }}
      >
        <option value="">Add a rule …</option>
        {Object.entries(kinds).map(([kind, { name }]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ParameterFieldProps {
  readonly rule: Rule;
  readonly name: Parameter;
  readonly label: string;
  readonly currency: string;
  readonly onChange: (value: number | string) => void;
}

/** The API's largest number of credits of a rule. */
const BOUNDS = { min: 1, max: 1_000_000_000_000 };

/** An amount is a decimal string; everything else is a whole number. */
function ParameterField({ rule, name, label, currency, onChange }: ParameterFieldProps) {
  const value = rule[name];
  const [text, setText] = useState(typeof value === 'number' ? number(value) : String(value));
  const [before, after] = unitsOf(rule.kind, name, currency);
  const input = (next: string): void => {
    setText(next);
    const entered = parseWholeNumber(next, BOUNDS);
    onChange(name !== 'amount' && entered.kind === 'number' ? entered.value : next);
  };
  return (
    <>
      {before}
      {name === 'amount' ? (
        <input
          class="short"
          aria-label={label}
          inputMode="decimal"
          autocomplete="off"
          required
          value={text}
          onInput={({ currentTarget }) => input(currentTarget.value)}
        />
      ) : (
        <WholeNumberField
          class="short"
          label={label}
          isLabelHidden
          text={text}
          bounds={BOUNDS}
          onInput={input}
        />
      )}
      {after}
    </>
  );
}
