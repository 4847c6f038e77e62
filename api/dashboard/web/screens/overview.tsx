import { Breakdown } from '../panels/breakdown.tsx';
import { Consumption } from '../panels/consumption.tsx';
import { CurrentUsage } from '../panels/gauge.tsx';
import { NotSubscribed, OtherProducts } from '../panels/products.tsx';
import { ReturningPanel } from '../panels/returning.tsx';
import { SourceAddresses } from '../panels/source-addresses.tsx';
import { number } from '../formats.ts';
import { refreshMs } from '../intervals.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { Toolbar } from '../components/toolbar.tsx';
import { isSubscribed } from '../state/org-profile.ts';
import { hasFilters, type Dimension } from '../state/filters.ts';
import { may } from '../state/permissions.ts';
import { useLive } from '../state/live.ts';
import { param, address } from '../state/address.ts';
import { isCurrentUsageWindow, rangeAt, rangeText } from '../state/time-range.ts';
import { session } from '../state/session.ts';
import { chosenZone } from '../state/zone.ts';
import { useThresholds } from '../state/thresholds.ts';
import { loadOverview, productParam, rangeQuery, type Overview } from './overview-data.ts';
import type { ScreenProps } from './screens.ts';

/** In the order of the screen: users, routes and endpoints are the widest. */
const PANELS: readonly Dimension[] = [
  'user',
  'route',
  'endpoint',
  'app',
  'method',
  'status',
  'module',
  'rule',
  'rejection_cause',
];

/** The organisation's usage and who caused it, all as of one moment. */
export function OverviewScreen({ org, profile }: ScreenProps) {
  const product = param('product');
  const hasCredits = isSubscribed(profile, product);
  const { zone: ownZone, products } = profile;
  const isCompared = param('compare') === '1';
  const zone = chosenZone() || ownZone;
  const params = new URLSearchParams(address.value.params);
  // Opening that panel changes no other figure.
  params.delete('addresses');
  const live = useLive<Overview>(
    `overview ${org} ${params.toString()}`,
    loadOverview({ org, product, hasCredits, zone: chosenZone(), isCompared }),
    refreshMs(rangeAt(Date.now())),
  );
  const { data, error } = live;
  const thresholds = useThresholds(org, data?.credits);
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
  // The same range and product as the figures on screen.
  const query = usage && [...rangeQuery(usage.range), ...productParam(credits?.product ?? product)];
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
          <CurrentUsage org={org} credits={credits} thresholds={thresholds} zone={zone} />
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
      {usage === undefined || query === undefined ? (
        !hasFailed && <Loading height={380} />
      ) : (
        <>
          <Consumption usage={usage} zone={zone} org={org} query={query} />
          {credits && <Sum used={credits.used} shown={usage.series.total.credits} />}
          {(hasCredits || product !== '') && (
            <OtherProducts usage={usage.by.get('product')} subscribed={products} shown={product} />
          )}
          <div class="panels">
            {PANELS.map((dimension) => {
              const shown = usage.by.get(dimension);
              if (shown === undefined) return null;
              return (
                <Breakdown
                  key={dimension}
                  dimension={dimension}
                  usage={shown}
                  org={org}
                  query={query}
                  countsRejections={dimension === 'rejection_cause'}
                />
              );
            })}
          </div>
          {may('read-source-addresses') && <SourceAddresses org={org} range={usage.range} query={query} />}
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
