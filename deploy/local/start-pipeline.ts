import { logFileOf } from './child.ts';
import { killAfterMs, type LocalConfig } from './config.ts';
import { childLogin } from './environment.ts';
import type { Fleet } from './fleet.ts';
import type { Member } from './members.ts';
import { LOGINS, superviseStage, untilApiAnswers } from './pipeline.ts';
import type { ServerPlaces } from './start-servers.ts';

export const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/**
 * Starts the processes of the pipeline, and waits until each API answers.
 * @param environment of each process, beside what is its own
 * @throws LocalStackError SERVER_DID_NOT_START with the end of the log of an API that does not answer
 */
export async function startPipeline(
  config: LocalConfig,
  servers: ServerPlaces,
  environment: Readonly<Record<string, string>>,
  fleet: Fleet,
  members: readonly Member[],
): Promise<void> {
  const options = { dataDir: config.DATA_DIR, killAfterMs: killAfterMs(config) };
  for (const { stage, name, port, portVariable } of members) {
    const own = { HEALTH_PORT: '', ...(port !== undefined && { [portVariable]: String(port) }) };
    const env = { ...environment, ...childLogin(servers, LOGINS[stage]), ...own };
    await fleet.add((watch) => superviseStage(stage, { ...options, name, env }, watch));
  }
  for (const { stage, name, port } of members) {
    if (stage === 'api' && port !== undefined) {
      await untilApiAnswers(urlOf(port), logFileOf(config.DATA_DIR, name));
    }
  }
}
