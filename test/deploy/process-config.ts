import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAggregatorConfig } from '../../aggregator/config.ts';
import { readAlertsConfig } from '../../alerts/config.ts';
import { readApiConfig } from '../../api/config.ts';
import { readTopicsConfig } from '../../cli/topics-config.ts';
import { readConsumerConfig } from '../../consumers/config.ts';
import { readGateConfig } from '../../gate/config.ts';
import { ConfigError, readConfig, type Environment } from '../../platform/config.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { projectFile } from '../../schemas/root.ts';
import { newAuthority } from '../servers/certificates.ts';

/** How each program reads its environment. */
const READERS: Readonly<Record<string, (env: Environment) => unknown>> = {
  'consumers/main.ts': readConsumerConfig,
  'aggregator/main.ts': readAggregatorConfig,
  'alerts/main.ts': readAlertsConfig,
  'gate/main.ts': readGateConfig,
  'api/main.ts': readApiConfig,
  'cli/topics.ts': readTopicsConfig,
  'cli/migrate.ts': (env) => readConfig(env, clickhouseVariables),
};

/**
 * What is wrong with the environment that a deployment gives a program: what the program itself says of it, and
 * variables that no document knows, as a misspelt one is.
 * @param env files of secrets need not exist on this machine
 */
export function configProblems(program: string, env: Readonly<Record<string, string>>): string[] {
  const read = READERS[program];
  if (read === undefined) return [`${program} is not a program of a deployment`];
  const documents = ['operations.md', 'deployment.md'].map((name) => projectFile('docs', name)).join('');
  const documented = new Set(documents.match(/(?<=`)[A-Z][A-Z_]+(?=[`=])/g));
  const unknown = Object.keys(env).filter((name) => !documented.has(name));
  return [...unknown.map((name) => `${name} is not documented`), ...rejections(read, env)];
}

function rejections(read: (env: Environment) => unknown, env: Readonly<Record<string, string>>): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'api-credits-config-'));
  const [secret, certificate] = [join(dir, 'secret'), join(dir, 'ca.pem')];
  writeFileSync(secret, 'a secret that only this test run knows');
  writeFileSync(certificate, newAuthority('test').certificate);
  const placed = Object.entries(env).map(([name, value]) => {
    if (!name.endsWith('_FILE')) return [name, value];
    return [name, name.endsWith('_CA_FILE') ? certificate : secret];
  });
  try {
    read(Object.fromEntries(placed));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
