import { EstimatePanel } from '../panels/estimate.tsx';
import { WhatIfPanel } from '../panels/what-if.tsx';
import { isSubscribed } from '../state/facts.ts';
import { param } from '../state/place.ts';
import { may } from '../state/rights.ts';
import type { ScreenProps } from './screens.ts';

/** What credits would cost: so many a day, and the own last period under other terms. */
export function SimulatorScreen({ org, facts }: ScreenProps) {
  return (
    <>
      <h1 class="sr-only">Simulator</h1>
      <div class="pair">
        <EstimatePanel />
        {may('read-billing') && isSubscribed(facts, param('product')) && <WhatIfPanel org={org} />}
      </div>
    </>
  );
}
