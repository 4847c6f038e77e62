import type { NamespaceSettings } from '../../servers/namespace.ts';
import type { Places } from '../plan.ts';
import type { History, HistorySize } from './history.ts';
import { storeHistory } from './store.ts';

/** A history in a database, sealed but for its last hour. */
export interface Stored {
  readonly namespace: NamespaceSettings;
  readonly history: History;
}

const stored = new WeakMap<Places, Map<string, Promise<Stored>>>();

/** The history of this size, which all benchmarks of a run share: the first that needs it stores it. */
export function sharedHistory(places: Places, size: HistorySize): Promise<Stored> {
  const ofRun = stored.get(places) ?? new Map<string, Promise<Stored>>();
  stored.set(places, ofRun);
  const key = JSON.stringify(size);
  const storing = ofRun.get(key) ?? store(places, size);
  ofRun.set(key, storing);
  return storing;
}

async function store({ open, progress }: Places, size: HistorySize): Promise<Stored> {
  const namespace = open(`bench_history_${size.calls}`).settings;
  const history = { ...size, end: Date.now() };
  await storeHistory(namespace, history, (text) => progress(`history: ${text}`));
  return { namespace, history };
}
