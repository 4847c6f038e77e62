import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parseAllDocuments } from 'yaml';
import { projectFile } from '../../../schemas/root.ts';
import type { Run } from '../tools/programs.ts';

export const CHART = 'deploy/helm/api-credits';

/** Values for everything that has no default, and nothing else. */
export const REQUIRED = [
  'image.repository=images/api-credits',
  'kafka.brokers=kafka:9092',
  'clickhouse.url=http://clickhouse:8123',
  'clickhouse.secret=clickhouse-passwords',
  'api.auth.secret=token-keys',
];

/** What is read of a resource of Kubernetes. */
const Resource = Type.Object({
  apiVersion: Type.String(),
  kind: Type.String(),
  metadata: Type.Object({
    name: Type.String(),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
  spec: Type.Optional(Type.Unknown()),
  data: Type.Optional(Type.Record(Type.String(), Type.String())),
  automountServiceAccountToken: Type.Optional(Type.Boolean()),
});
export type Resource = Static<typeof Resource>;

const Pod = Type.Object({
  automountServiceAccountToken: Type.Boolean(),
  securityContext: Type.Unknown(),
  terminationGracePeriodSeconds: Type.Integer(),
  volumes: Type.Optional(Type.Array(Type.Object({ name: Type.String(), secret: Type.Unknown() }))),
  containers: Type.Tuple([
    Type.Object({
      name: Type.String(),
      image: Type.String(),
      args: Type.Array(Type.String()),
      // A variable without a value has one of the pod’s own.
      env: Type.Array(Type.Object({ name: Type.String(), value: Type.Optional(Type.String()) })),
      ports: Type.Optional(Type.Array(Type.Object({ name: Type.String(), containerPort: Type.Integer() }))),
      securityContext: Type.Unknown(),
      resources: Type.Object({ limits: Type.Object({ memory: Type.String() }) }),
      livenessProbe: Type.Optional(Type.Object({ httpGet: Type.Unknown() })),
      readinessProbe: Type.Optional(Type.Object({ httpGet: Type.Unknown() })),
      startupProbe: Type.Optional(Type.Object({ httpGet: Type.Unknown() })),
    }),
  ]),
});
const Workload = Type.Object({
  replicas: Type.Optional(Type.Integer()),
  template: Type.Object({ spec: Pod }),
});

export type Pod = Static<typeof Pod>;

/** The resources of a file with several documents. */
export function resourcesOf(text: string): Resource[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents
    .map((document): unknown => document.toJS())
    .filter((content) => content !== null)
    .map((content) => Value.Parse(Resource, content));
}

export const example = (name: string): string => projectFile('deploy', 'helm', 'examples', name);

/** @throws with Helm's own message where the values are rejected */
export async function render(run: Run, options: readonly string[]): Promise<Resource[]> {
  const { code, stdout, stderr } = await run(['template', 'credits', CHART, ...options]);
  if (code !== 0) throw new Error(stderr);
  return resourcesOf(stdout);
}

export const set = (values: readonly string[]): string[] => values.flatMap((value) => ['--set', value]);

/** Of Deployments and Jobs. */
export const podsOf = (resources: readonly Resource[]): Pod[] =>
  resources
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map(({ spec }) => Value.Parse(Workload, spec).template.spec);
