import { EstimatePanel } from '../panels/estimate.tsx';
import { WhatIfPanel } from '../panels/what-if.tsx';
import { PrintHeading } from '../components/print-heading.tsx';
import { param } from '../state/address.ts';
import { may } from '../state/permissions.ts';
import type { ScreenProps } from './screens.ts';

/** What credits would cost: any number a day, and the organisation's last period under other terms. */
export function SimulatorScreen({ org, profile: { products, zone } }: ScreenProps) {
  const product = param('product') || (products[0] ?? '');
  return (
    <>
      <h1 class="sr-only">Simulator</h1>
      <PrintHeading screen="Simulator" org={org} product={product} zone={zone} asOf={Date.now()} />
      <div class="pair">
        <EstimatePanel />
        {may('read-billing') && products.includes(product) && <WhatIfPanel org={org} product={product} />}
      </div>
    </>
  );
}
