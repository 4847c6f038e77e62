import { readStartArguments } from '../../deploy/local/arguments.ts';
import { membersOf } from '../../deploy/local/members.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { TWO_OF_EACH } from './fault.ts';

/** Where the processes of a stack listen, by the variables of npm start. */
export interface StackPorts {
  readonly PORT: number;
  readonly HEALTH_PORT: number;
}

export const freePorts = async (): Promise<StackPorts> => ({
  PORT: await freePort(),
  HEALTH_PORT: await freePort(),
});

export const variablesOf = (ports: StackPorts): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));

export interface StackAddresses {
  readonly apis: readonly string[];
  readonly gates: readonly string[];
  /** `host:port` of the processes that have metrics here. */
  readonly scraped: readonly string[];
}

/** Of the stack that a fault run hits (TWO_OF_EACH). */
export function addressesOf(ports: StackPorts): StackAddresses {
  const counts = readStartArguments(TWO_OF_EACH);
  const members = counts === undefined ? [] : membersOf(counts, ports);
  const hostsOf = (isWanted: (stage: string) => boolean): string[] =>
    members.flatMap(({ stage, port }) => (isWanted(stage) ? `127.0.0.1:${port}` : []));
  const urlsOf = (wanted: string): string[] =>
    hostsOf((stage) => stage === wanted).map((host) => `http://${host}`);
  return {
    apis: urlsOf('api'),
    gates: urlsOf('gate'),
    scraped: hostsOf((stage) => stage !== 'gate'),
  };
}
