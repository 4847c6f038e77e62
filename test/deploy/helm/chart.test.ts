import { parse } from 'yaml';
import { projectFile } from '../../../schemas/root.ts';
import { readDockerfile } from '../image/dockerfile.ts';
import { configProblems } from '../process-config.ts';
import { helm, describeWith, type Run } from '../tools/programs.ts';
import { CHART, podsOf, render, REQUIRED, set, type Pod, type Resource } from './chart.ts';

const CLUSTER = ['--values', 'deploy/helm/examples/values-cluster.yaml'];

/** What a process reads: the pod's own variables are for the others to refer to. */
const environmentOf = ({ containers: [{ env }] }: Pod): Record<string, string> =>
  Object.fromEntries(
    env.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value.replaceAll('$(POD_IP)', '10.0.0.7')]],
    ),
  );
const kindsOf = (resources: readonly Resource[]): string[] =>
  resources.map(({ kind, metadata: { name } }) => `${kind} ${name}`).toSorted();

/** With the least values, and with those of a cluster. */
async function bothRenderings(run: Run): Promise<Resource[][]> {
  return [await render(run, set(REQUIRED)), await render(run, CLUSTER)];
}

describeWith(await helm(), 'the Helm chart', (run) => {
  it('passes helm lint', async () => {
    const { code, stdout } = await run(['lint', '--strict', CHART, ...CLUSTER]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it('runs consumers, aggregators, alerts, APIs, gates, and the jobs before them', async () => {
    const [least = [], cluster = []] = await bothRenderings(run);
    expect(kindsOf(least)).toEqual([
      'Deployment credits-aggregator',
      'Deployment credits-alerts',
      'Deployment credits-api',
      'Deployment credits-consumer',
      'Deployment credits-gate',
      'Job credits-migrate',
      'Job credits-topics',
      'PodDisruptionBudget credits-aggregator',
      'PodDisruptionBudget credits-alerts',
      'PodDisruptionBudget credits-api',
      'PodDisruptionBudget credits-consumer',
      'PodDisruptionBudget credits-gate',
      'Service credits-api',
      'Service credits-gate',
      'ServiceAccount credits',
    ]);
    const more = kindsOf(cluster).filter((name) => !kindsOf(least).includes(name));
    expect(more).toEqual([
      'ConfigMap credits-board',
      'HorizontalPodAutoscaler credits-api',
      'Ingress credits-api',
      'NetworkPolicy credits',
      'NetworkPolicy credits-gate',
      'PodMonitor credits',
      'PrometheusRule credits',
    ]);
    const jobs = least.filter(({ kind }) => kind === 'Job');
    expect(jobs.map(({ metadata }) => metadata.annotations?.['helm.sh/hook'])).toEqual(
      jobs.map(() => 'pre-install,pre-upgrade'),
    );
  });

  it('gives each program a configuration that it accepts', async () => {
    const image = readDockerfile().at(-1)?.env;
    for (const resources of await bothRenderings(run)) {
      const pods = podsOf(resources);
      const problems = pods.map((pod) => {
        const [{ name, args }] = pod.containers;
        return [name, configProblems(args[0] ?? '', { ...image, ...environmentOf(pod) })];
      });
      expect(problems).toEqual(pods.map(({ containers: [{ name }] }) => [name, []]));
    }
  });

  it('runs every pod as a user who may do nothing, on a file system it cannot write', async () => {
    const [user, group] = (readDockerfile().at(-1)?.user ?? '').split(':').map(Number);
    for (const pod of (await bothRenderings(run)).flatMap(podsOf)) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: group,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      });
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        privileged: false,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('gives secrets to pods as files, to each its own', async () => {
    const [least = []] = await bothRenderings(run);
    const keys = podsOf(least).map(({ containers: [{ name, env }], volumes = [] }) => {
      const inText = env.filter((each) => /(PASSWORD|SECRET|TOKEN)$/.test(each.name));
      expect([name, inText]).toEqual([name, []]);
      return [name, volumes.map(({ secret }) => JSON.stringify(secret).match(/(?<="key":")\w+/)?.[0])];
    });
    expect(Object.fromEntries(keys)).toEqual({
      consumer: ['writer'],
      aggregator: ['writer'],
      alerts: ['alerts'],
      api: ['reader', undefined],
      gate: ['gate', 'jwt_secret'],
      topics: [],
      migrate: ['owner'],
    });
  });

  it('probes what each process serves, and waits longer than it takes to stop', async () => {
    const [least = []] = await bothRenderings(run);
    const deployments = podsOf(least.filter(({ kind }) => kind === 'Deployment'));
    expect(deployments).toHaveLength(5);
    for (const pod of deployments) {
      const [{ startupProbe, livenessProbe, readinessProbe }] = pod.containers;
      expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
        { path: '/healthz', port: 'http' },
        { path: '/healthz', port: 'http' },
        { path: '/readyz', port: 'http' },
      ]);
      const stopMs = Number(environmentOf(pod)['STOP_TIMEOUT_MS']);
      expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(stopMs);
    }
  });

  it('lets gates be asked by their pod’s address, on a port of its own that only chosen namespaces reach', async () => {
    const [least = [], cluster = []] = await bothRenderings(run);
    const gate = podsOf(least).find(({ containers: [{ name }] }) => name === 'gate');
    expect(gate?.containers[0].ports).toEqual([
      { name: 'http', containerPort: 9090 },
      { name: 'requests', containerPort: 8080 },
    ]);
    expect(gate?.containers[0].env.slice(0, 1)).toEqual([expect.objectContaining({ name: 'POD_IP' })]);
    expect(gate?.containers[0].env).toContainEqual({ name: 'GATE_URL', value: 'http://$(POD_IP):8080' });
    const policies = cluster
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ spec }) => JSON.stringify(spec));
    expect(policies.filter((spec) => spec.includes('{"port":"requests"}'))).toEqual([
      expect.stringContaining('"app.kubernetes.io/component":"gate"'),
    ]);
  });

  it('brings the alert rules and the board along, and the job that they expect', async () => {
    const [, cluster = []] = await bothRenderings(run);
    const of = (wanted: string) => cluster.find(({ kind }) => kind === wanted);
    expect(of('PrometheusRule')?.spec).toEqual(parse(projectFile('deploy', 'monitoring', 'alerts.yaml')));
    expect(of('ConfigMap')?.data).toEqual({
      'api-credits.json': projectFile('deploy', 'monitoring', 'board.json'),
    });
    expect(of('PodMonitor')?.spec).toMatchObject({ jobLabel: 'app.kubernetes.io/name' });
  });

  it('takes a digest before a tag', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const resources = await render(run, set([...REQUIRED, `image.digest=${digest}`, 'image.tag=v7']));
    for (const pod of podsOf(resources)) expect(pod.containers[0].image).toBe(`images/api-credits@${digest}`);
  });

  const rejected = [
    { values: ['kafka.brokers='], says: '/kafka/brokers' },
    { values: ['clickhouse.url=clickhouse:8123'], says: '/clickhouse/url' },
    { values: ['clickhouse.secret='], says: '/clickhouse/secret' },
    { values: ['image.repository='], says: '/image/repository' },
    { values: ['api.auth.secret='], says: '/api/auth' },
    { values: ['clickhouse.replicas=2'], says: '/clickhouse/cluster' },
    { values: ['consumer.replica=3'], says: "additional properties 'replica' not allowed" },
    { values: ['consumer.env.KAFKA_SASL_PASSWORD=x'], says: "invalid propertyName 'KAFKA_SASL_PASSWORD'" },
    { values: ['consumer.env.LATENESS_LIMIT_MS=3024000000'], says: 'got number, want string' },
    { values: ['api.ingress.enabled=true'], says: '/api/ingress/host' },
  ];
  it('rejects values that cannot work, and names them', async () => {
    for (const { values, says } of rejected) {
      const { code, stderr } = await run(['template', 'credits', CHART, ...set([...REQUIRED, ...values])]);
      expect([values, code, stderr]).toEqual([values, 1, expect.stringContaining(says)]);
    }
  });
});
