import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { projectRoot } from '../../../schemas/root.ts';
import type { Run } from '../tools/programs.ts';

export const COMPOSE_FOLDER = join(projectRoot(), 'deploy/compose');

const Texts = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]));
const Service = Type.Object({
  image: Type.String(),
  command: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  environment: Type.Optional(Texts),
  cap_drop: Type.Optional(Type.Array(Type.String())),
  security_opt: Type.Optional(Type.Array(Type.String())),
  read_only: Type.Optional(Type.Boolean()),
  init: Type.Optional(Type.Boolean()),
  mem_limit: Type.Optional(Type.String()),
  cpus: Type.Optional(Type.Number()),
  restart: Type.Optional(Type.String()),
  healthcheck: Type.Optional(Type.Object({ disable: Type.Optional(Type.Boolean()) })),
  stop_grace_period: Type.Optional(Type.String()),
  ports: Type.Optional(Type.Array(Type.Object({ host_ip: Type.Optional(Type.String()) }))),
  networks: Type.Record(Type.String(), Type.Unknown()),
});
const Project = Type.Object({
  services: Type.Record(Type.String(), Service),
  secrets: Type.Record(Type.String(), Type.Object({ file: Type.String() })),
  configs: Type.Record(Type.String(), Type.Object({ file: Type.String() })),
  networks: Type.Record(Type.String(), Type.Object({ internal: Type.Optional(Type.Boolean()) })),
});

export type ComposeService = Static<typeof Service>;
export type ComposeProject = Static<typeof Project>;

/**
 * The file as Docker Compose reads it, with others on top.
 * @throws where a file does not follow the Compose Specification
 */
export async function readComposeFile(run: Run, ...more: readonly string[]): Promise<ComposeProject> {
  const { code, stdout, stderr } = await run(['--format', 'json', 'compose.yaml', ...more], COMPOSE_FOLDER);
  if (code !== 0) throw new Error(`${['compose.yaml', ...more].join(', ')}: not valid:\n${stderr}`);
  return Value.Parse(Project, JSON.parse(stdout));
}

/** Services of this project's own image, not of Kafka or ClickHouse. */
export const isOwn = ({ image }: ComposeService): boolean => image.startsWith('api-credits:');

export const environmentOf = ({ environment = {} }: ComposeService): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
