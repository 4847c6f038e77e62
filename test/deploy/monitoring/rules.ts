import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { projectFile } from '../../../schemas/root.ts';

export const RULES = 'deploy/monitoring/alerts.yaml';

const Rule = Type.Object(
  {
    alert: Type.String({ pattern: '^ApiCredits[A-Za-z]+$' }),
    expr: Type.String(),
    for: Type.String({ pattern: '^\\d+[mh]$' }),
    labels: Type.Object({ severity: Type.Enum(['critical', 'warning']) }, { additionalProperties: false }),
    annotations: Type.Object(
      { summary: Type.String(), description: Type.String(), runbook: Type.String() },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type Rule = Static<typeof Rule>;
const RuleFile = Type.Object({
  groups: Type.Tuple([Type.Object({ name: Type.String(), rules: Type.Array(Rule) })]),
});

/** The rules, each with everything that a rule must have. */
export const alertRules = (): Rule[] =>
  Value.Parse(RuleFile, parse(projectFile('deploy', 'monitoring', 'alerts.yaml'))).groups[0].rules;

const Panel = Type.Object({
  title: Type.String(),
  type: Type.String(),
  description: Type.Optional(Type.String()),
  targets: Type.Optional(Type.Array(Type.Object({ expr: Type.String() }))),
});
const Board = Type.Object({ uid: Type.String(), title: Type.String(), panels: Type.Array(Panel) });

/** The panels of the board for Grafana. */
export const boardPanels = (): Static<typeof Panel>[] =>
  Value.Parse(Board, JSON.parse(projectFile('deploy', 'monitoring', 'board.json'))).panels;

/** What the board queries, with Grafana's interval for rates filled in. */
export const boardQueries = (): string[] =>
  boardPanels().flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')),
  );

/** The metrics that an expression of PromQL names. */
export const metricsIn = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:api_credits|process|nodejs)_\w+/g)].map(([name]) => name);
