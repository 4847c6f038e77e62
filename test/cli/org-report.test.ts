import { orgReport } from '../../cli/org-report.ts';
import { SettingsState } from '../../domain/settings/state.ts';
import { created, logOf } from '../domain/settings/changes.ts';

const T = Date.parse('2026-11-22T10:00:00Z');
const ASSUMED =
  'Nothing is recorded about this organisation. The local stack assumes its sample terms: free edition, 1 user, 10,000 additional credits.';

describe('npm run org -- show', () => {
  it('says so where the local stack assumes the terms, as for a misspelt organisation', () => {
    const report = orgReport(new SettingsState('local'), 'nett-68', [], T);
    expect(report?.split('\n').slice(0, 3)).toEqual(['nett-68', ASSUMED, '  time zone: UTC']);
  });

  it('does not say so of a created organisation', () => {
    const state = new SettingsState('local').after(logOf(T, created('Europe/Rome', 5)));
    expect(orgReport(state, 'acme', [], T)).not.toContain('Nothing is recorded');
  });
});
