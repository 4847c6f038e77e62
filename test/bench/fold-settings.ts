/**
 * Folds long logs of settings and prints what it takes: deploy/node.sh --expose-gc test/bench/fold-settings.ts [changes of
 * one organisation, 100000] [changes of all, 1000000] [organisations, 100000]. Bounded, without servers.
 */
import { calendarOf } from '../../domain/calendar/calendar.ts';
import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import { inEffectAt } from '../../domain/versions.ts';
import { SettingsState } from '../../domain/settings/state.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';

const [ofOne = 100_000, ofAll = 1_000_000, orgs = 100_000] = process.argv.slice(2).map(Number);
const FIRST = Date.parse('2024-01-01T00:00:00Z');
const ROWS_AT_ONCE = 10_000;

type Content = Pick<LoggedChange, 'kind' | 'product'> & { readonly value: object };
const subscription = (value: object): Content => ({ kind: 'subscription', product: 'crm', value });

/** The changes of organisations in turn: each is created, subscribes, and then changes something. */
function* log(changes: number, orgCount: number, later: (turn: number) => Content): Generator<LoggedChange> {
  for (let offset = 0; offset < changes; offset += 1) {
    const turn = Math.floor(offset / orgCount);
    const { value, ...content } =
      turn === 0
        ? { kind: 'new-org', product: '', value: { time_zone: 'Europe/Rome', billing_day: 1 } }
        : turn === 1
          ? subscription({ edition: 'standard', users: 5 })
          : later(turn);
    yield {
      ...content,
      offset,
      appended_at: FIRST + offset * 300,
      change_id: `0190a5b0-0000-7000-8000-${String(offset).padStart(12, '0')}`,
      org_id: `org-${offset % orgCount}`,
      value: JSON.stringify(value),
      effective_at: 0,
      recorded_by: 'ann',
      reason: '',
    };
  }
}

function measure(name: string, changes: number, orgCount: number, later: (turn: number) => Content): void {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const state = new SettingsState('none').copy();
  let rows: LoggedChange[] = [];
  let foldMs = 0;
  const cpu = process.cpuUsage();
  const fold = (): void => {
    const started = performance.now();
    state.append(rows);
    foldMs += performance.now() - started;
    rows = [];
  };
  for (const change of log(changes, orgCount, later)) {
    rows.push(change);
    if (rows.length === ROWS_AT_ONCE) fold();
  }
  fold();
  const { user, system } = process.cpuUsage(cpu);
  globalThis.gc?.();
  const heapMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  const read = performance.now();
  const history = state.history('org-0');
  const now = FIRST + changes * 300;
  const calendar = calendarOf(history?.timeZone ?? []);
  billingPeriodsOf(calendar, history?.billingDay ?? []).periodAt(now);
  const terms = inEffectAt(history?.subscriptions[0]?.versions ?? [], now)?.value;
  const readMs = performance.now() - read;
  process.stdout.write(
    `${name}: ${changes} changes of ${orgCount} organisations folded in ${(foldMs / 1000).toFixed(2)} s ` +
      `(with making them ${((user + system) / 1e6).toFixed(1)} CPU s), ${heapMb.toFixed(0)} MB held; ` +
      `the first read of one takes ${readMs.toFixed(1)} ms: ${JSON.stringify(terms)}\n`,
  );
}

measure('limits of one', 2_880, 1, (turn) => subscription({ additional_limit: turn }));
measure('limits of one', ofOne, 1, (turn) => subscription({ additional_limit: turn }));
measure('the same limit', ofOne, 1, () => subscription({ additional_limit: 5 }));
measure('time zones of one', ofOne, 1, (turn) => ({
  kind: 'org',
  product: '',
  value: { time_zone: turn % 2 === 0 ? 'Europe/Rome' : 'Asia/Tokyo' },
}));
measure('billing days of one', ofOne, 1, (turn) => ({
  kind: 'org',
  product: '',
  value: { billing_day: 1 + (turn % 28) },
}));
measure('rejected changes of one', ofOne, 1, () => subscription({ edition: 'platinum' }));
measure('limits of many', ofAll, orgs, (turn) => subscription({ additional_limit: turn }));
