import { Breakdown } from '../panels/breakdown.tsx';
import { Consumption } from '../panels/consumption.tsx';
import { CurrentUsage } from '../panels/gauge.tsx';
import { NotSubscribed, OtherProducts } from '../panels/products.tsx';
import { ReturningPanel } from '../panels/returning.tsx';
import { number } from '../formats.ts';
import { refreshMs } from '../interval.ts';
import { Loading, Refused } from '../parts/states.tsx';
import { Toolbar } from '../parts/toolbar.tsx';
import { isSubscribed } from '../state/facts.ts';
import { hasFilters } from '../state/filters.ts';
import { useLive } from '../state/live.ts';
import { param, place } from '../state/place.ts';
import { isCurrentUsageWindow, rangeAt } from '../state/range.ts';
import { session } from '../state/session.ts';
import { loadOverview, type Overview } from './overview-data.ts';
import type { ScreenProps } from './screens.ts';

/** The account's consumption and everyone's part of it, all of one moment. */
export function OverviewScreen({ org, facts }: ScreenProps) {
  const product = param('product');
  const hasCredits = isSubscribed(facts, product);
  const { zone: ownZone, products } = facts;
  const chosenZone = param('zone');
  const isCompared = param('compare') === '1';
  const zone = chosenZone || ownZone;
  const live = useLive<Overview>(
    `overview ${org} ${place.value.params.toString()}`,
    loadOverview({ org, product, hasCredits, zone: chosenZone, isCompared }),
    refreshMs(rangeAt(Date.now())),
  );
  const { data, error } = live;
  if (data === undefined) {
    if (error?.isLasting === true) return <Refused error={error} onRetry={live.refresh} />;
    return <Skeleton ownZone={ownZone} zone={zone} />;
  }
  const { credits, returning, usage } = data;
  return (
    <div class={live.isPending ? 'is-pending' : undefined} aria-busy={live.isPending}>
      <h1 class="sr-only">Overview</h1>
      {credits ? (
        <div class="top-row">
          <CurrentUsage credits={credits} zone={zone} />
          {returning ? (
            <ReturningPanel returning={returning} credits={credits} zone={zone} />
          ) : (
            <Loading height={280} />
          )}
        </div>
      ) : (
        <NotSubscribed product={product} />
      )}
      <Toolbar ownZone={ownZone} zone={zone} canCompare />
      {error?.isLasting === true && <Refused error={error} onRetry={live.refresh} />}
      {usage === undefined ? (
        <Loading height={380} />
      ) : (
        <>
          <Consumption usage={usage} zone={zone} />
          {credits && <Sum used={credits.used} shown={usage.series.total.credits} />}
          {(hasCredits || product !== '') && (
            <OtherProducts usage={usage.byProduct} subscribed={products} shown={product} />
          )}
          <div class="panels">
            <Breakdown dimension="user" usage={usage.by.user} />
            <Breakdown dimension="endpoint" usage={usage.by.endpoint} />
            <Breakdown dimension="app" usage={usage.by.app} />
            <Breakdown dimension="method" usage={usage.by.method} />
            <Breakdown dimension="status" usage={usage.by.status} />
            <Breakdown dimension="module" usage={usage.by.module} />
            <Breakdown dimension="rule" usage={usage.by.rule} />
            <Breakdown dimension="rejection_cause" usage={usage.by.rejection_cause} isOfRejections />
          </div>
        </>
      )}
    </div>
  );
}

/** How the panels relate to the gauge: said, so that nobody has to add up. */
function Sum({ used, shown }: { readonly used: number; readonly shown: number }) {
  const isOwn = session.value?.role === 'user';
  if (!isCurrentUsageWindow()) return null;
  if (isOwn || hasFilters()) {
    return (
      <p class="faint sum">
        {isOwn ? 'Your own calls' : 'What is chosen'}: {number(shown)} of the {number(used)} credits that the
        gauge counts.
      </p>
    );
  }
  return (
    <p class="faint sum" data-figure="sum">
      {shown === used
        ? `Each panel adds up to the ${number(used)} credits of the gauge.`
        : `The gauge says ${number(used)}: calls landed between the two readings.`}
    </p>
  );
}

function Skeleton({ ownZone, zone }: { readonly ownZone: string; readonly zone: string }) {
  return (
    <>
      <div class="top-row">
        <Loading height={280} />
        <Loading height={280} />
      </div>
      <Toolbar ownZone={ownZone} zone={zone} canCompare />
      <Loading height={380} />
    </>
  );
}
