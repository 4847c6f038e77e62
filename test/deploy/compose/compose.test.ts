import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { readConfig } from '../../../platform/config.ts';
import { processVariables } from '../../../platform/variables.ts';
import { projectFile } from '../../../schemas/root.ts';
import { run as runProgram } from '../../conformance/programs.ts';
import { readDockerfile } from '../image/dockerfile.ts';
import { inTemporaryDir } from '../local/temporary-dir.ts';
import { configProblems } from '../process-config.ts';
import { composeReader, describeWith } from '../tools/programs.ts';
import { COMPOSE_FOLDER, environmentOf, isOwn, readComposeFile } from './compose-file.ts';

describeWith(await composeReader(), 'compose.yaml', (run) => {
  it('follows the Compose Specification', async () => {
    const { services } = await readComposeFile(run);
    const count = (prefix: string): number =>
      Object.keys(services).filter((name) => name.startsWith(prefix)).length;
    const prefixes = [
      'kafka',
      'clickhouse',
      'keeper',
      'consumer',
      'aggregator',
      'alerts',
      'gate',
      'api',
      'topics',
      'migrate',
    ];
    expect(prefixes.map((prefix) => count(prefix))).toEqual([3, 4, 3, 2, 2, 2, 2, 2, 1, 1]);
  });

  it('gives every container no capabilities, no new privileges and a limit', async () => {
    const { services } = await readComposeFile(run, 'monitoring.yaml');
    for (const [name, service] of Object.entries(services)) {
      const { cap_drop, security_opt, mem_limit, cpus, restart } = service;
      expect({ name, cap_drop, security_opt }).toEqual({
        name,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect([name, mem_limit, cpus, restart]).not.toContain(undefined);
      // Kafka's image writes its own configuration at each start.
      expect([name, service.read_only]).toEqual([name, name.startsWith('kafka-') ? undefined : true]);
      expect([name, isOwn(service) ? service.init : undefined]).toEqual([name, isOwn(service) || undefined]);
    }
  });

  it('gives each process a configuration that it accepts', async () => {
    const { services } = await readComposeFile(run);
    const own = Object.entries(services).filter(([, service]) => isOwn(service));
    expect(own).toHaveLength(12);
    const image = readDockerfile().at(-1)?.env;
    const problems = own.map(([name, service]) => [
      name,
      configProblems(service.command?.[0] ?? '', { ...image, ...environmentOf(service) }),
    ]);
    expect(problems).toEqual(own.map(([name]) => [name, []]));
  });

  it('waits longer for a process than it takes to stop', async () => {
    const { services } = await readComposeFile(run);
    for (const [name, service] of Object.entries(services).filter(([, each]) => isOwn(each))) {
      const { STOP_TIMEOUT_MS } = readConfig(environmentOf(service), processVariables);
      const [, seconds] = /^(\d+)s$/.exec(service.stop_grace_period ?? '') ?? [];
      expect([name, Number(seconds) * 1_000 > STOP_TIMEOUT_MS]).toEqual([name, true]);
    }
  });

  it('opens no port to other machines, and keeps Kafka and ClickHouse inside', async () => {
    const { services, networks } = await readComposeFile(run, 'monitoring.yaml');
    for (const [name, { ports = [], networks: joined }] of Object.entries(services)) {
      const isForPeople = /^(api-|prometheus|grafana)/.test(name);
      const addresses = ports.map(({ host_ip: address }) => address);
      expect([name, addresses]).toEqual([name, isForPeople ? ['127.0.0.1'] : []]);
      expect([name, Object.keys(joined)]).toEqual([
        name,
        isForPeople || name.startsWith('alerts-') ? ['backend', 'frontend'] : ['backend'],
      ]);
    }
    expect(networks['backend']?.internal).toBe(true);
  });

  it('takes every secret from a file that secrets.sh makes', async () => {
    const { services, secrets } = await readComposeFile(run, 'monitoring.yaml');
    await inTemporaryDir(async (dir) => {
      const made = await makeSecrets(dir);
      for (const { file } of Object.values(secrets)) expect(made).toContain(basename(file));
    });
    const names = Object.values(services).flatMap((service) => Object.keys(environmentOf(service)));
    expect(names.filter((name) => /PASSWORD|SECRET|TOKEN/.test(name) && !name.endsWith('_FILE'))).toEqual([]);
  });

  it('has a Prometheus that scrapes every process, and alert rules and a board of this project', async () => {
    const { services, configs } = await readComposeFile(run, 'monitoring.yaml');
    const Config = Type.Object({
      rule_files: Type.Tuple([Type.Literal('alerts.yaml')]),
      scrape_configs: Type.Tuple([
        Type.Object({
          job_name: Type.Literal('api-credits'),
          static_configs: Type.Tuple([Type.Object({ targets: Type.Array(Type.String()) })]),
        }),
      ]),
    });
    const { scrape_configs: jobs } = Value.Parse(
      Config,
      parse(projectFile('deploy', 'monitoring', 'prometheus.yaml')),
    );
    const image = readDockerfile().at(-1)?.env;
    const portOf = (name: string) => (name.startsWith('api-') ? image?.['PORT'] : image?.['HEALTH_PORT']);
    const processes = Object.keys(services).filter((name) =>
      /^(consumer|aggregator|alerts|gate|api)-/.test(name),
    );
    const { targets } = jobs[0].static_configs[0];
    expect(targets.toSorted()).toEqual(processes.map((name) => `${name}:${portOf(name)}`).toSorted());
    for (const { file } of Object.values(configs)) expect([file, existsSync(file)]).toEqual([file, true]);
  });

  it('names the same servers as the configuration of ClickHouse', async () => {
    const { services } = await readComposeFile(run);
    const xml = projectFile('deploy', 'compose', 'clickhouse', 'cluster.xml');
    const cluster = (name: string): string[] => {
      const [, inside = ''] = new RegExp(`<${name}>(.*)</${name}>`, 's').exec(xml) ?? [];
      return [...inside.matchAll(/<host>([^<]+)<\/host>/g)].map(([, host = '']) => host);
    };
    const servers = Object.keys(services).filter((name) => name.startsWith('clickhouse-'));
    expect(cluster('api_credits')).toEqual(servers);
    expect(cluster('api_credits_unsharded')).toEqual(
      servers.filter((name) => name.startsWith('clickhouse-1')),
    );
    const { CLICKHOUSE_URL = '' } = environmentOf(services['consumer-1'] ?? { image: '', networks: {} });
    expect(CLICKHOUSE_URL.split(',')).toEqual(servers.map((name) => `http://${name}:8123`));
  });
});

/** Runs a copy of secrets.sh in a folder of its own. @returns the names of the files it made */
async function makeSecrets(dir: string): Promise<string[]> {
  mkdirSync(dir, { recursive: true });
  cpSync(join(COMPOSE_FOLDER, 'secrets.sh'), join(dir, 'secrets.sh'));
  const { code, stderr } = await runProgram(['sh', join(dir, 'secrets.sh')], { cwd: dir });
  expect([code, stderr]).toEqual([0, '']);
  return readdirSync(join(dir, 'secrets')).toSorted();
}

describe('secrets.sh', () => {
  it('makes random secrets once, in a folder for its user alone', async () => {
    await inTemporaryDir(async (dir) => {
      const files = await makeSecrets(dir);
      const read = (): string[] => files.map((name) => readFileSync(join(dir, 'secrets', name), 'utf8'));
      const before = read();
      expect(new Set(before).size).toBe(files.length);
      expect(await makeSecrets(dir)).toEqual(files);
      expect(read()).toEqual(before);
      expect(statSync(join(dir, 'secrets')).mode & 0o777).toBe(0o700);
    });
  });

  it('gives ClickHouse the hashes of the passwords, for users that its configuration has', async () => {
    await inTemporaryDir(async (dir) => {
      await makeSecrets(dir);
      const xml = readFileSync(join(dir, 'secrets/clickhouse_users.xml'), 'utf8');
      const users = projectFile('deploy', 'compose', 'clickhouse', 'users.xml');
      for (const name of ['owner', 'writer', 'alerts', 'reader', 'gate']) {
        const password = readFileSync(join(dir, 'secrets', `clickhouse_${name}`), 'utf8');
        const hash = createHash('sha256').update(password).digest('hex');
        expect(password).toMatch(/^[0-9a-f]{64}$/);
        expect(xml).toContain(
          `<api_${name}><password_sha256_hex>${hash}</password_sha256_hex></api_${name}>`,
        );
        expect(users).toContain(`<api_${name}>`);
      }
    });
  });
});
