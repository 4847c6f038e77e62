import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { freePort } from '../../../deploy/local/ports.ts';
import { projectFile } from '../../../schemas/root.ts';
import { until } from '../../until.ts';

/** A Prometheus that scrapes and evaluates often, for a suite or a fault run. */
export interface RunningPrometheus {
  /** The names of the alerts that have fired so far. */
  fired(): Promise<string[]>;
  /** An instant query. @returns its series, with their labels and values. @throws where the query is not valid */
  query(expression: string): Promise<Series[]>;
  /** What firing alerts say, as people read it. */
  annotations(): Promise<string[]>;
  stop(): Promise<void>;
}

const Series = Type.Object({
  metric: Type.Record(Type.String(), Type.String()),
  value: Type.Tuple([Type.Number(), Type.String()]),
});
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}
const Answer = Type.Object({ data: Type.Object({ result: Type.Array(Series) }) });
const Alerts = Type.Object({
  data: Type.Object({
    alerts: Type.Array(Type.Object({ annotations: Type.Record(Type.String(), Type.String()) })),
  }),
});

/** A scrape of an API waits for ClickHouse. */
const EVERY = '1s';
/** How many times sooner alerts fire than in production. */
const ACCELERATED_BY = 30;

/**
 * The rules of deploy/monitoring/ as they are, but in a hurry: nothing has to last, rates are of ten seconds, and what
 * is compared in seconds is 30 times smaller. How long each condition must last is tested with promtool.
 */
export const acceleratedRules = (): string =>
  projectFile('deploy', 'monitoring', 'alerts.yaml')
    .replaceAll(/for: \d+[mh]$/gm, 'for: 0s')
    .replaceAll('[1h]', '[2m]')
    .replaceAll('[5m]', '[10s]')
    .replaceAll(/_days\) > \d+/g, '_days) > 0')
    .replaceAll(/(seconds.*) > ([\d.]{2,})$/gm, (_, what: string, seconds: string) =>
      [what, Number(seconds) / ACCELERATED_BY].join(' > '),
    );

/** @param program of Prometheus. @param dir for its files. @param targets `host:port` of the processes */
export async function startPrometheus(
  program: string,
  dir: string,
  targets: readonly string[],
): Promise<RunningPrometheus> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'alerts.yaml'), acceleratedRules());
  const config = {
    global: { scrape_interval: EVERY, scrape_timeout: EVERY, evaluation_interval: '500ms' },
    rule_files: ['alerts.yaml'],
    scrape_configs: [{ job_name: 'api-credits', static_configs: [{ targets }] }],
  };
  writeFileSync(join(dir, 'prometheus.yaml'), JSON.stringify(config));
  const port = await freePort();
  const child = spawn(
    program,
    [
      '--config.file=prometheus.yaml',
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(child, 'exit');
  // A run that fails must not leave it behind.
  const end = (): boolean => child.kill('SIGTERM');
  process.once('exit', end);
  const url = `http://127.0.0.1:${port}`;
  await until('Prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok);

  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(url + path);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  const query = async (expression: string): Promise<Series[]> => {
    const answer = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    return Value.Parse(Answer, answer).data.result;
  };
  return {
    query,
    fired: async () => {
      const series = await query('count by (alertname) (last_over_time(ALERTS{alertstate="firing"}[1h]))');
      return series.map(({ metric }) => metric['alertname'] ?? '');
    },
    annotations: async () => {
      const { alerts } = Value.Parse(Alerts, await get('/api/v1/alerts')).data;
      return alerts.flatMap(({ annotations }) => Object.values(annotations));
    },
    stop: async () => {
      process.off('exit', end);
      end();
      await exited;
    },
  };
}
