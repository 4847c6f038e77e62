import { useState } from 'preact/hooks';
import type { Budgets } from '../answers.ts';
import { ConfirmedSubmit } from '../components/confirmed-submit.tsx';
import { orgPath } from '../state/client.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { may } from '../state/permissions.ts';

/** What each mode does, in words, and the colour of its name. */
const MODES = {
  enforce: ['Enforce', 'Calls beyond the limit or a budget are rejected.', 'is-good'],
  'dry-run': [
    'Dry run',
    'Every call is admitted. Those that would have been rejected are counted below.',
    'is-near',
  ],
  off: ['Off', 'Every call is admitted, and none is counted as rejected.', 'is-plain'],
} as const;
type Mode = keyof typeof MODES;
/** Of calls while no gate answers: as a choice, and in a sentence about them. */
const UNREACHABLE = {
  '': ['as each API server is configured', 'are admitted or rejected as each API server is configured'],
  admit: ['admitted, even beyond the limit', 'are admitted, even beyond the limit'],
  reject: ['rejected', 'are rejected'],
} as const;
type Unreachable = keyof typeof UNREACHABLE;

interface GatePanelProps {
  readonly org: string;
  readonly budgets: Budgets;
  readonly onChanged: () => void;
}

/** Whether API servers that ask the gate enforce the limits. */
export function GatePanel({ org, budgets: { product, gate }, onChanged }: GatePanelProps) {
  const [name, meaning, kind] = MODES[gate.mode];
  return (
    <section class="card" aria-labelledby="gate-title">
      <header class="card-head">
        <h2 id="gate-title">Gate</h2>
        <span class={`pill ${kind}`}>{name}</span>
      </header>
      <p>{meaning}</p>
      <p class="faint gauge-foot">
        API servers ask the gate before each call. Those that do not ask it enforce nothing. While no gate
        answers and the leased credits are used up, calls {UNREACHABLE[gate.when_unreachable ?? ''][1]}.
      </p>
      {may('change-gate') ? (
        <GateForm
          key={`${product} ${gate.mode} ${gate.when_unreachable}`}
          org={org}
          product={product}
          gate={gate}
          onChanged={onChanged}
        />
      ) : (
        <p class="faint gauge-foot">Only a super admin can change this.</p>
      )}
    </section>
  );
}

interface GateFormProps {
  readonly org: string;
  readonly product: string;
  readonly gate: Budgets['gate'];
  readonly onChanged: () => void;
}

function GateForm({ org, product, gate, onChanged }: GateFormProps) {
  const present = gate.when_unreachable ?? '';
  const [mode, setMode] = useState<Mode>(gate.mode);
  const [unreachable, setUnreachable] = useState<Unreachable>(present);
  const isReady = mode !== gate.mode || unreachable !== present;
  const change = useConfirmedChange(
    {
      method: 'PUT',
      path: `${orgPath(org, 'gate')}?product=${encodeURIComponent(product)}`,
      body: { mode, when_unreachable: unreachable === '' ? null : unreachable },
      done: 'The gate is changed.',
      onSaved: onChanged,
    },
    { isReady },
  );
  return (
    <form class="settings-form" onSubmit={change.submit}>
      <label>
        Mode
        <Choice of={MODES} chosen={mode} onChoose={setMode} />
      </label>
      <label class="grow">
        Calls while no gate answers
        <Choice of={UNREACHABLE} chosen={unreachable} onChoose={setUnreachable} />
      </label>
      <ConfirmedSubmit
        change={change}
        isReady={isReady}
        label="Confirm what the gate does"
        question={`${MODES[mode][1]} While no gate answers, calls ${UNREACHABLE[unreachable][1]}. Change it at once?`}
        action="Change it"
      />
    </form>
  );
}

interface ChoiceProps<Key extends string> {
  /** The choices, each with its words first. */
  readonly of: Readonly<Record<Key, readonly [string, ...string[]]>>;
  readonly chosen: Key;
  readonly onChoose: (key: Key) => void;
}

function Choice<Key extends string>({ of, chosen, onChoose }: ChoiceProps<Key>) {
  const isKey = (text: string): text is Key => text in of;
  return (
    <select
      value={chosen}
      onChange={({ currentTarget: { value } }) => {
        if (isKey(value)) onChoose(value);
      }}
    >
      {Object.entries<readonly [string, ...string[]]>(of).map(([key, [title]]) => (
        <option key={key} value={key}>
          {title}
        </option>
      ))}
    </select>
  );
}
