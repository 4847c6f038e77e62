import type { DeadLetter } from '../answers.ts';

type State = DeadLetter['state'];

/** Names and colours of what became of a dead letter. */
export const STATE_NAMES: Readonly<Record<State, string>> = {
  open: 'open',
  counted: 'counts now',
  'quarantined-again': 'rejected again',
};
const KINDS: Readonly<Record<State, string>> = {
  open: 'is-near',
  counted: 'is-good',
  'quarantined-again': 'is-full',
};

export function StatePill({ state }: { readonly state: State }) {
  return <span class={`pill ${KINDS[state]}`}>{STATE_NAMES[state]}</span>;
}
