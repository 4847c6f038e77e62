import { AlertDelivery } from '../panels/alert-delivery.tsx';
import { AlertList } from '../panels/alert-list.tsx';
import { DefaultRulesPanels } from '../panels/default-rules.tsx';
import { PLATFORM_BASE } from '../state/client.ts';

/** Warnings about the platform itself, the rules that organisations begin with, and where they are delivered to. */
export function PlatformAlertsScreen() {
  return (
    <>
      <h1 class="sr-only">Alerts of the platform</h1>
      <AlertList base={PLATFORM_BASE} zone="UTC" hasProducts={false} />
      <DefaultRulesPanels zone="UTC" />
      <AlertDelivery base={PLATFORM_BASE} zone="UTC" />
    </>
  );
}
