import { useState } from 'preact/hooks';
import type { LimitSet } from '../answers.ts';
import { dates } from '../formats.ts';
import { BillPanel } from '../panels/bill.tsx';
import { CostChart } from '../panels/cost-chart.tsx';
import { DaysTable } from '../panels/days.tsx';
import { LimitHistory } from '../panels/limit-history.tsx';
import { LimitPanel } from '../panels/limit.tsx';
import { PastStatements } from '../panels/past-statements.tsx';
import { NotSubscribed } from '../panels/products.tsx';
import { DateRange } from '../components/date-range.tsx';
import { Downloads } from '../components/downloads.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { useLive } from '../state/live.ts';
import { param } from '../state/address.ts';
import { chosenZone } from '../state/zone.ts';
import { daysQuery, loadCredits, type CreditsData } from './credits-data.ts';
import type { ScreenProps } from './screens.ts';

const REFRESH_MS = 15_000;

/** Additional credits: the limit, what was used, and what it costs. */
export function CreditsScreen({ org, profile }: ScreenProps) {
  const request = { product: param('product'), from: param('days_from'), to: param('days_to') };
  const live = useLive<CreditsData>(
    `credits ${org} ${Object.values(request).join(' ')}`,
    loadCredits({ org, ...request }),
    REFRESH_MS,
  );
  const [lastSet, setLastSet] = useState<LimitSet>();
  const { data, error } = live;
  const problem = error?.isPermanent === true && <ProblemNotice error={error} onRetry={live.refresh} />;
  if (error?.type === 'no-subscription') return <NotSubscribed product={request.product} />;
  if (data === undefined) return problem || <Loading height={480} />;
  const { bill, days, limit, history } = data;
  const zone = chosenZone() || profile.zone;
  return (
    <div class={live.isPending ? 'is-pending' : undefined} aria-busy={live.isPending}>
      <h1 class="sr-only">Credits</h1>
      <PrintHeading
        screen="Credits"
        org={org}
        product={days.product}
        range={dates(days.from, days.to)}
        zone={zone}
        dayZone={profile.zone}
        asOf={live.answeredAt}
      />
      <div class={limit ? 'pair' : undefined}>
        <BillPanel bill={bill} />
        {limit && (
          <LimitPanel
            org={org}
            limit={limit}
            zone={zone}
            last={lastSet}
            onSet={(set) => {
              setLastSet(set);
              live.refresh();
            }}
          />
        )}
      </div>
      {problem}
      <section class="card section" aria-labelledby="days-title">
        <header class="card-head">
          <h2 id="days-title">{dates(days.from, days.to)}</h2>
          <DateRange bill={bill} />
          <Downloads org={org} query={daysQuery({ product: days.product, from: days.from, to: days.to })} />
        </header>
        <CostChart days={days} />
        <DaysTable org={org} days={days} zone={zone} />
      </section>
      <div class="section">
        <PastStatements org={org} bill={bill} />
      </div>
      {history && (
        <div class="section">
          <LimitHistory history={history} product={bill.product} zone={zone} />
        </div>
      )}
    </div>
  );
}
