import { PrintHeading } from '../components/print-heading.tsx';
import { AlertDelivery } from '../panels/alert-delivery.tsx';
import { AlertList } from '../panels/alert-list.tsx';
import { RulesPanel } from '../panels/alert-rules.tsx';
import { param } from '../state/address.ts';
import { orgBase } from '../state/client.ts';
import { may } from '../state/permissions.ts';
import { chosenZone } from '../state/zone.ts';
import type { ScreenProps } from './screens.ts';

/** Warnings about the organisation's usage, by which rules they are raised, and where they are delivered to. */
export function AlertsScreen({ org, profile }: ScreenProps) {
  const zone = chosenZone() || profile.zone;
  const product = param('product') || (profile.products[0] ?? '');
  const base = orgBase(org);
  return (
    <>
      <h1 class="sr-only">Alerts</h1>
      <PrintHeading screen="Alerts" org={org} product="" zone={zone} asOf={Date.now()} />
      <AlertList base={base} zone={zone} hasProducts={profile.products.length > 1} />
      {may('change-alerts') && (
        <>
          {profile.products.includes(product) && <RulesPanel org={org} product={product} zone={zone} />}
          <AlertDelivery base={base} zone={zone} />
        </>
      )}
    </>
  );
}
