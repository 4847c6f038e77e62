import type { LoggedChange, SettingsChange } from '../../../schemas/settings-change.ts';
import type { RawChange, Story } from './raw.ts';

/** A story's changes as records of the topic `settings`: the org's creation at the window's start, then the others. */
export function settingsLog(story: Story, orgId: string): LoggedChange[] {
  const creation = {
    kind: 'new-org',
    org_id: orgId,
    product: '',
    value: { time_zone: story.zone, billing_day: 1 },
  };
  const records = [
    { appendedAt: story.from, effectiveAt: 0, record: creation },
    ...story.changes.map(({ appendedAt, effectiveAt, what }) => ({
      appendedAt,
      effectiveAt,
      record: recordOf(what, orgId),
    })),
  ];
  return records.map(({ appendedAt, effectiveAt, record }, offset) => ({
    kind: record.kind,
    org_id: record.org_id,
    product: record.product,
    value: JSON.stringify(record.value),
    change_id: `${orgId}-${offset}`,
    effective_at: effectiveAt,
    recorded_by: 'story',
    reason: '',
    offset,
    appended_at: appendedAt,
  }));
}

type Part = Pick<SettingsChange, 'kind' | 'org_id' | 'product'> & { readonly value: object };

function recordOf(what: RawChange['what'], orgId: string): Part {
  const org = { org_id: orgId, product: '' };
  const catalogue = { org_id: '', product: '' };
  if (what.kind === 'zone') return { kind: 'org', ...org, value: { time_zone: what.zone } };
  if (what.kind === 'billing-day') return { kind: 'org', ...org, value: { billing_day: what.day } };
  if (what.kind === 'editions') return { kind: 'editions', ...catalogue, value: { editions: what.editions } };
  if (what.kind === 'prices') {
    const value = { name: what.name, currency: 'USD', minor_unit_digits: 2, slabs: what.slabs };
    return { kind: 'prices', ...catalogue, value };
  }
  const { edition, users, limit: additional_limit } = what.terms;
  const value = { edition, users, additional_limit };
  return { kind: 'subscription', org_id: orgId, product: what.product, value };
}
