import type { Editions, Prices, Settings } from '../answers.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { EditionsPanel } from '../panels/editions.tsx';
import { OrgSettings } from '../panels/org-settings.tsx';
import { PricesPanel } from '../panels/prices.tsx';
import { NewSubscription } from '../panels/new-subscription.tsx';
import { SettingsHistory } from '../panels/settings-history.tsx';
import { SubscriptionPanel } from '../panels/subscription.tsx';
import { fetchJson, orgPath } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { may } from '../state/permissions.ts';
import { chosenZone } from '../state/zone.ts';
import type { ScreenProps } from './screens.ts';

const REFRESH_MS = 15_000;

interface SettingsData {
  readonly settings: Settings;
  readonly editions: Editions;
  readonly prices: Prices;
}

/** The organisation's terms, what they mean, and who changed them when. */
export function SettingsScreen({ org, profile }: ScreenProps) {
  const live = useLive<SettingsData>(
    `settings ${org}`,
    async (signal) => {
      const [settings, editions, prices] = await Promise.all([
        fetchJson<Settings>(orgPath(org, 'settings'), { signal }),
        fetchJson<Editions>('/v1/catalogues/editions', { signal }),
        fetchJson<Prices>('/v1/catalogues/prices', { signal }),
      ]);
      return { settings, editions, prices };
    },
    REFRESH_MS,
  );
  const { data, error } = live;
  if (data === undefined) {
    return error ? <ProblemNotice error={error} onRetry={live.refresh} /> : <Loading height={480} />;
  }
  const { settings, editions, prices } = data;
  const zone = chosenZone() || settings.time_zone;
  const all = editions.in_effect.editions;
  // A change of the settings is a new entry of the history.
  const revision = JSON.stringify(settings);
  return (
    <div aria-busy={live.isPending}>
      <h1 class="sr-only">Settings</h1>
      <PrintHeading
        screen="Settings"
        org={org}
        product=""
        zone={zone}
        dayZone={profile.zone}
        asOf={live.answeredAt}
      />
      <div class="pair">
        <OrgSettings org={org} settings={settings} onChanged={live.refresh} />
        <PricesPanel prices={prices} zone={zone} />
      </div>
      {settings.subscriptions.length === 0 && (
        <section class="card section">
          <p class="empty">
            No subscription has begun. Calls are recorded and shown, and use no credits of a subscription.
          </p>
        </section>
      )}
      {settings.subscriptions.map((subscription) => (
        <SubscriptionPanel
          key={subscription.product}
          org={org}
          subscription={subscription}
          editions={all}
          onChanged={live.refresh}
        />
      ))}
      {may('change-settings') && (
        <NewSubscription
          org={org}
          editions={all}
          subscribed={settings.subscriptions.map(({ product }) => product)}
          onChanged={live.refresh}
        />
      )}
      <EditionsPanel editions={all} />
      <SettingsHistory key={revision} org={org} zone={zone} />
    </div>
  );
}
