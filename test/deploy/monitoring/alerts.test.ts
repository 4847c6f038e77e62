import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile, projectRoot } from '../../../schemas/root.ts';
import { inTemporaryDir } from '../local/temporary-dir.ts';
import { describeWith, promtool } from '../tools/programs.ts';
import { EXAMPLES } from './examples.ts';
import { alertRules, RULES } from './rules.ts';

const FIRING = 'count by (alertname) (ALERTS{alertstate="firing"})';
/** Where the example is of another alert: an API is there. */
const MONITORED = { api_credits_clickhouse_up: '1x120' };

/** What promtool is to find at a minute: these alerts, and no others. */
const firingAt = (minute: number, alerts: readonly string[]) => ({
  expr: FIRING,
  eval_time: `${minute}m`,
  exp_samples: alerts.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
});

/** Tests for promtool, as JSON, which is YAML: what fires at which minute. */
function unitTests(): string {
  const tests = EXAMPLES.map(({ alert, series, firesAt }) => {
    const all = alert === 'ApiCreditsNotMonitored' ? series : { ...MONITORED, ...series };
    return {
      name: alert,
      interval: '1m',
      input_series: Object.entries(all).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [firingAt(9, []), firingAt(firesAt - 1, []), firingAt(firesAt, [alert])],
    };
  });
  return JSON.stringify({ rule_files: [join(projectRoot(), RULES)], evaluation_interval: '1m', tests });
}

describeWith(await promtool(), 'the alert rules', (run) => {
  it('are valid', async () => {
    expect(await run(['check', 'rules', '--lint-fatal', RULES])).toMatchObject({ code: 0 });
    expect(await run(['check', 'config', 'deploy/monitoring/prometheus.yaml'])).toMatchObject({ code: 0 });
  });

  it('fire after as long as they say, and only where they should', async () => {
    await inTemporaryDir(async (dir) => {
      const file = join(dir, 'examples.yaml');
      writeFileSync(file, unitTests());
      const { code, stdout, stderr } = await run(['test', 'rules', file]);
      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
    });
  });
});

describe('the alert rules', () => {
  const names = alertRules().map(({ alert }) => alert);

  it('have an example each', () => {
    expect(EXAMPLES.map(({ alert }) => alert)).toEqual(names);
  });

  it('have a runbook each, and there is no other runbook', () => {
    const [, section = ''] = /^## Alerts$([^]*?)^## /m.exec(projectFile('docs', 'operations.md')) ?? [];
    const [, ...runbooks] = section.split(/^### /m);
    expect(runbooks.map((text) => text.split('\n')[0])).toEqual(names);
    for (const runbook of runbooks) {
      const parts = [...runbook.matchAll(/^- \*\*([^*:]+):\*\* \S/gm)].map(([, part]) => part);
      expect([runbook.split('\n')[0], parts]).toEqual([
        runbook.split('\n')[0],
        ['Means', 'Users see', 'Check', 'Do'],
      ]);
    }
    expect(alertRules().map(({ annotations }) => annotations.runbook)).toEqual(
      names.map((name) => `docs/operations.md#${name.toLowerCase()}`),
    );
  });
});
