import { Breakdown } from '../panels/breakdown.tsx';
import { Consumption } from '../panels/consumption.tsx';
import { CurrentUsage } from '../panels/gauge.tsx';
import { NotSubscribed, OtherProducts } from '../panels/products.tsx';
import { ReturningPanel } from '../panels/returning.tsx';
import { number } from '../formats.ts';
import { refreshMs } from '../intervals.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { Toolbar } from '../components/toolbar.tsx';
import { isSubscribed } from '../state/org-profile.ts';
import { hasFilters } from '../state/filters.ts';
import { useLive } from '../state/live.ts';
import { param, address } from '../state/address.ts';
import { isCurrentUsageWindow, rangeAt, rangeText } from '../state/time-range.ts';
import { session } from '../state/session.ts';
import { chosenZone } from '../state/zone.ts';
import { loadOverview, type Overview } from './overview-data.ts';
import type { ScreenProps } from './screens.ts';

/** The organisation's usage and who caused it, all as of one moment. */
export function OverviewScreen({ org, profile }: ScreenProps) {
  const product = param('product');
  const hasCredits = isSubscribed(profile, product);
  const { zone: ownZone, products } = profile;
  const isCompared = param('compare') === '1';
  const zone = chosenZone() || ownZone;
  const live = useLive<Overview>(
    `overview ${org} ${address.value.params.toString()}`,
    loadOverview({ org, product, hasCredits, zone: chosenZone(), isCompared }),
    refreshMs(rangeAt(Date.now())),
  );
  const { data, error } = live;
  const hasFailed = error?.isPermanent === true;
  const problem = hasFailed && <ProblemNotice error={error} onRetry={live.refresh} />;
  if (data === undefined) {
    return (
      <>
        <h1 class="sr-only">Overview</h1>
        {!hasFailed && <TopRowLoading />}
        <Toolbar ownZone={ownZone} zone={zone} canCompare />
        {problem || <Loading height={380} />}
      </>
    );
  }
  const { credits, returning, usage } = data;
  return (
    <div class={live.isPending ? 'is-pending' : undefined} aria-busy={live.isPending}>
      <h1 class="sr-only">Overview</h1>
      <PrintHeading
        screen="Overview"
        org={org}
        product={credits?.product ?? product}
        range={usage && rangeText(usage.range, zone)}
        zone={zone}
        asOf={credits?.as_of ?? live.answeredAt}
        hasFilters
      />
      {credits ? (
        <div class="top-row">
          <CurrentUsage credits={credits} zone={zone} />
          {returning ? (
            <ReturningPanel returning={returning} credits={credits} zone={zone} />
          ) : (
            !hasFailed && <Loading height={280} />
          )}
        </div>
      ) : (
        <NotSubscribed product={product} />
      )}
      <Toolbar ownZone={ownZone} zone={zone} canCompare />
      {problem}
      {usage === undefined ? (
        !hasFailed && <Loading height={380} />
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
            <Breakdown dimension="rejection_cause" usage={usage.by.rejection_cause} countsRejections />
          </div>
        </>
      )}
    </div>
  );
}

/** How the panels relate to the gauge, so that readers need not add up. */
function Sum({ used, shown }: { readonly used: number; readonly shown: number }) {
  const isOwn = session.value?.role === 'user';
  if (!isCurrentUsageWindow()) return null;
  if (isOwn || hasFilters()) {
    return (
      <p class="faint sum">
        {isOwn ? 'Your own calls' : 'The filtered calls'} used {number(shown)} of the {number(used)} credits
        in the gauge.
      </p>
    );
  }
  return (
    <p class="faint sum" data-figure="sum">
      {shown === used
        ? `Each panel adds up to the ${number(used)} credits of the gauge.`
        : `The gauge shows ${number(used)}: calls arrived between the two requests.`}
    </p>
  );
}

function TopRowLoading() {
  return (
    <div class="top-row">
      <Loading height={280} />
      <Loading height={280} />
    </div>
  );
}
