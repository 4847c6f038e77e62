import type { Budgets } from '../answers.ts';
import { dates, money } from '../formats.ts';
import { may } from '../state/permissions.ts';
import { SpendingCapForm } from './spending-cap-form.tsx';

interface SpendingCapPanelProps {
  readonly org: string;
  readonly budgets: Budgets;
  readonly onChanged: () => void;
}

/** What a billing period may cost. The day's limit falls as the money is used. */
export function SpendingCapPanel({
  org,
  budgets: { product, spending_cap: cap },
  onChanged,
}: SpendingCapPanelProps) {
  return (
    <section class="card" aria-labelledby="cap-title">
      <header class="card-head">
        <h2 id="cap-title">Spending cap</h2>
        {cap && <span class="faint">{dates(cap.period.from, cap.period.to)}</span>}
      </header>
      {cap ? (
        <>
          <p class="gauge-figure">
            <b data-figure="cap-left">{money(cap.left, cap.currency)}</b>
            <span>left of {money(cap.amount, cap.currency)}</span>
          </p>
          <p class="faint gauge-foot">
            {money(cap.spent, cap.currency)} spent so far in this billing period. The gate rejects calls that
            would take the bill over the cap.
          </p>
        </>
      ) : (
        <p class="empty">None: a billing period costs what the additional limit allows.</p>
      )}
      {may('change-gate') ? (
        <SpendingCapForm
          key={`${product} ${cap?.amount}`}
          org={org}
          product={product}
          cap={cap}
          onChanged={onChanged}
        />
      ) : (
        <p class="faint gauge-foot">Only a super admin can change the cap.</p>
      )}
    </section>
  );
}
