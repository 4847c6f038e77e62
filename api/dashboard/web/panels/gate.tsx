import { useState } from 'preact/hooks';
import type { Budgets } from '../answers.ts';
import { useChange } from '../state/change.ts';
import { orgPath } from '../state/client.ts';
import { may } from '../state/permissions.ts';
import { ConfirmChange } from './confirm-change.tsx';
import { ChangeProblem } from '../components/change-problem.tsx';

/** What each mode does, in words. */
const MODES = {
  enforce: ['Enforce', 'Calls beyond the limit or a budget are rejected.'],
  'dry-run': ['Dry run', 'Every call is admitted. Those that would have been rejected are counted below.'],
  off: ['Off', 'Every call is admitted, and nothing is counted as rejected.'],
} as const;
const UNREACHABLE = {
  '': 'as each API server is configured',
  admit: 'are admitted, and may exceed the limit',
  reject: 'are rejected',
} as const;

interface GatePanelProps {
  readonly org: string;
  readonly budgets: Budgets;
  readonly onChanged: () => void;
}

/** Whether API servers that ask the gate enforce the limits. */
export function GatePanel({ org, budgets: { product, gate }, onChanged }: GatePanelProps) {
  const [mode, setMode] = useState<string>(gate.mode);
  const [unreachable, setUnreachable] = useState<string>(gate.when_unreachable ?? '');
  const [isConfirming, setIsConfirming] = useState(false);
  const isChanged = mode !== gate.mode || unreachable !== (gate.when_unreachable ?? '');
  const change = useChange({
    method: 'PUT',
    path: `${orgPath(org, 'gate')}?product=${encodeURIComponent(product)}`,
    body: { mode, when_unreachable: unreachable === '' ? null : unreachable },
    fields: [],
  });
  const [name, meaning] = MODES[gate.mode];
  const save = async (): Promise<void> => {
    const isDone = await change.save();
    setIsConfirming(false);
    if (isDone) onChanged();
  };
  return (
    <section class="card" aria-labelledby="gate-title">
      <header class="card-head">
        <h2 id="gate-title">The gate</h2>
        <span class={gate.mode === 'enforce' ? 'pill is-good' : 'pill is-near'}>{name}</span>
      </header>
      <p>{meaning}</p>
      <p class="faint gauge-foot">
        While no gate answers and the leased credits are used up, calls{' '}
        {UNREACHABLE[gate.when_unreachable ?? '']}. Only API servers that ask the gate before each call
        enforce anything.
      </p>
      {may('change-gate') && (
        <form
          class="settings-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!isConfirming) return setIsConfirming(true);
            void save();
          }}
        >
          <label>
            Mode
            <select value={mode} onChange={({ currentTarget: { value } }) => setMode(value)}>
              {Object.entries(MODES).map(([each, [title]]) => (
                <option key={each} value={each}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label class="grow">
            While no gate answers, calls
            <select value={unreachable} onChange={({ currentTarget: { value } }) => setUnreachable(value)}>
              {Object.entries(UNREACHABLE).map(([each, title]) => (
                <option key={each} value={each}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          {!isConfirming && (
            <button type="submit" class="primary" disabled={!isChanged}>
              Change …
            </button>
          )}
          {isConfirming && (
            <ConfirmChange
              label="Confirm what the gate does"
              question={`${meaningOf(mode)} While no gate answers, calls ${textOf(unreachable)}. Change it at once?`}
              action={change.isSaving ? 'Saving …' : 'Change it'}
              isSaving={change.isSaving}
              onCancel={() => setIsConfirming(false)}
            />
          )}
          <ChangeProblem change={change} />
        </form>
      )}
    </section>
  );
}

const meaningOf = (mode: string): string =>
  Object.entries(MODES).find(([each]) => each === mode)?.[1][1] ?? '';
const textOf = (unreachable: string): string =>
  Object.entries(UNREACHABLE).find(([each]) => each === unreachable)?.[1] ?? '';
