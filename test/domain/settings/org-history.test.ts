import { allowanceAt } from '../../../domain/pricing/allowance.ts';
import { bundledCatalogues } from '../../../domain/catalogues/catalogues.ts';
import { subscriptionOf } from '../../../domain/settings/org-history.ts';
import { sampleOrgHistory } from '../../../domain/settings/sample-subscription.ts';

test('the local stack gives an unknown organisation one crm subscription by a pure rule (interfaces.md)', () => {
  const org = sampleOrgHistory('net-10');
  expect(org.orgId).toBe('net-10');
  expect(org.timeZone.map(({ value, effectiveAt }) => [value, effectiveAt])).toEqual([['UTC', 0]]);
  expect(org.billingDay.map(({ value, effectiveAt }) => [value, effectiveAt])).toEqual([[1, 0]]);
  expect(org.subscriptions.map(({ product }) => product)).toEqual(['crm']);
  expect(subscriptionOf(org, 'crm')?.versions).toMatchObject([
    { effectiveAt: 0, value: { edition: 'free', users: 1, additionalLimit: 10_000 } },
  ]);
  expect(subscriptionOf(org, 'bigin')).toBeUndefined();
  expect(sampleOrgHistory('dom-de')).toEqual({ ...org, orgId: 'dom-de' });
});

test('its allowance is 5,000 included and 10,000 beyond', () => {
  const crm = subscriptionOf(sampleOrgHistory('net-10'), 'crm');
  expect(crm && allowanceAt(bundledCatalogues(), crm, 0)).toMatchObject({
    included: 5_000,
    additionalLimit: 10_000,
  });
});
