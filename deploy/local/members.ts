import type { ProcessCounts } from './arguments.ts';
import type { LocalConfig } from './config.ts';
import { LocalStackError } from './errors.ts';
import { STAGES, type Stage } from './pipeline.ts';
import { assertPortFree } from './ports.ts';

/** One process of the pipeline. */
export interface Member {
  readonly stage: Stage;
  /** Names its log and its pid: `api`, `api-2`, ... */
  readonly name: string;
  /** What it listens on, if anything. */
  readonly port?: number;
  /** Which variable sets the port: PORT or HEALTH_PORT. */
  readonly portVariable: 'PORT' | 'HEALTH_PORT';
}

type PortConfig = Pick<LocalConfig, 'PORT' | 'HEALTH_PORT'>;

/**
 * The processes in the order in which they start. The APIs listen on PORT, PORT+1, ..., the gates on PORT+10, PORT+11,
 * ...; the consumers, the aggregators and then alerts on HEALTH_PORT, HEALTH_PORT+1, ..., if it is given.
 */
export function membersOf(counts: ProcessCounts, { PORT, HEALTH_PORT }: PortConfig): Member[] {
  let healthPort = HEALTH_PORT;
  return STAGES.flatMap((stage) =>
    Array.from({ length: counts[stage] }, (_, index): Member => {
      const name = index === 0 ? stage : `${stage}-${index + 1}`;
      if (stage === 'api') return { stage, name, port: PORT + index, portVariable: 'PORT' };
      if (stage === 'gate') return { stage, name, port: PORT + GATES_FROM + index, portVariable: 'PORT' };
      if (healthPort === undefined) return { stage, name, portVariable: 'HEALTH_PORT' };
      return { stage, name, port: healthPort++, portVariable: 'HEALTH_PORT' };
    }),
  );
}

const LAST_PORT = 65_535;
/** Behind the ports of as many APIs as there may be. */
const GATES_FROM = 10;

/** @throws LocalStackError that names the first process whose port cannot be used, and the variable that moves it */
export async function assertPortsFree(members: readonly Member[]): Promise<void> {
  const owners = new Map<number, Member>();
  for (const member of members) {
    const { name, port, portVariable } = member;
    if (port === undefined) continue;
    const other = owners.get(port);
    if (other) {
      throw notUsable(port, `${other.name} and ${name} would both listen on it`, 'PORT and HEALTH_PORT');
    }
    if (port > LAST_PORT) throw notUsable(port, `${name} would listen on it`, portVariable);
    owners.set(port, member);
    await assertPortFree(port, portVariable, name);
  }
}

const notUsable = (port: number, reason: string, variable: string): LocalStackError =>
  new LocalStackError(
    'PORT_NOT_ALLOWED',
    `Port ${port} cannot be used: ${reason}. Set ${variable} to other ports.`,
  );
