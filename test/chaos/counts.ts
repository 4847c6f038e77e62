import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Fault } from './fault.ts';
import type { Overall } from './requests.ts';

/** How often each kind of fault occurs, as text: `12 kill, 5 freeze`, the most frequent first. */
export function countedKinds(faults: readonly Pick<Fault, 'kind'>[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

/** How often the processes of a stack logged that a step failed and is tried again. */
export function countRetries(dataDir: string): number {
  const logs = join(dataDir, 'logs');
  return readdirSync(logs)
    .filter((name) => /^(consumer|aggregator|api)/.test(name))
    .reduce((sum, name) => sum + readFileSync(join(logs, name), 'utf8').split('; retrying').length - 1, 0);
}

const Repeated = Type.Object({ repeated: Type.Object({ deliveries: Type.Integer() }) });

/** How many records were delivered and landed again. */
export async function readRedelivered({ get }: Pick<Overall, 'get'>): Promise<number> {
  return Value.Parse(Repeated, await get('/v1/reconciliation')).repeated.deliveries;
}
