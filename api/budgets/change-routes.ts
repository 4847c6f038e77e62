import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import {
  BUDGET_SCOPES,
  BudgetCredits,
  CapAmount,
  Mode,
  TeamUsers,
  WhenUnreachable,
  type GuardKind,
} from '../../domain/settings/guard-values.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { chooseBegun, findOrg } from '../orgs/subscription.ts';
import { Name, OrgParams } from '../parameters/org.ts';
import { NoQuery } from '../parameters/no-query.ts';
import type { ApiServer } from '../server.ts';
import { ChangeAnswer, changeAnswer } from '../settings/change-answer.ts';
import { CHANGE_PROBLEMS, ChangeHeaders, reasonProperty, recordCommand } from '../settings/record.ts';
import { ProductQuery } from './route.ts';

const strict = { additionalProperties: false };
const OrNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const BudgetParams = Type.Object({
  ...OrgParams.properties,
  scope: Type.Enum([...BUDGET_SCOPES], { description: 'what the budget is of' }),
  name: Name('the user, app or team, percent-encoded'),
});
const TeamParams = Type.Object({ ...OrgParams.properties, name: Name('the team, percent-encoded') });
const BudgetBody = Type.Object({ credits: OrNull(BudgetCredits), ...reasonProperty }, strict);
const TeamBody = Type.Object({ users: OrNull(TeamUsers), ...reasonProperty }, strict);
const CapBody = Type.Object({ amount: OrNull(CapAmount), ...reasonProperty }, strict);
const GateBody = Type.Object(
  { mode: Mode, when_unreachable: OrNull(WhenUnreachable), ...reasonProperty },
  strict,
);

/** Changes of budgets, teams, the spending cap and what the gate does, effective at once; null ends one. */
export function budgetChangeRoutes(app: ApiServer, sources: ApiDependencies): void {
  const response = { 200: ChangeAnswer, ...CHANGE_PROBLEMS };

  app.route({
    method: 'PUT',
    url: '/v1/orgs/:org/budgets/:scope/:name',
    config: { access: 'change-budgets' },
    schema: {
      summary: 'Set or end the budget of a user, an app or a team',
      params: BudgetParams,
      querystring: ProductQuery,
      headers: ChangeHeaders,
      body: BudgetBody,
      response,
    },
    handler: (request) => {
      const { params, query, body } = request;
      const value = { scope: params.scope, name: params.name, credits: body.credits };
      return record(request, { kind: 'budget', org: params.org, query, value, reason: body.reason });
    },
  });

  app.route({
    method: 'PUT',
    url: '/v1/orgs/:org/teams/:name',
    config: { access: 'change-budgets' },
    schema: {
      summary: 'Set the members of a team, or dissolve it',
      params: TeamParams,
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: TeamBody,
      response,
    },
    handler: (request) => {
      const { params, body } = request;
      const value = { name: params.name, users: body.users };
      return record(request, { kind: 'team', org: params.org, value, reason: body.reason });
    },
  });

  app.route({
    method: 'PUT',
    url: '/v1/orgs/:org/spending-cap',
    config: { access: 'change-gate' },
    schema: {
      summary: 'Set or remove what a billing period may cost',
      params: OrgParams,
      querystring: ProductQuery,
      headers: ChangeHeaders,
      body: CapBody,
      response,
    },
    handler: (request) => {
      const { params, query, body } = request;
      const value = { amount: body.amount };
      return record(request, { kind: 'spending-cap', org: params.org, query, value, reason: body.reason });
    },
  });

  app.route({
    method: 'PUT',
    url: '/v1/orgs/:org/gate',
    config: { access: 'change-gate' },
    schema: {
      summary: 'Set whether limits are enforced, and what happens while no gate answers',
      params: OrgParams,
      querystring: ProductQuery,
      headers: ChangeHeaders,
      body: GateBody,
      response,
    },
    handler: (request) => {
      const { params, query, body } = request;
      const value = { mode: body.mode, when_unreachable: body.when_unreachable };
      return record(request, { kind: 'gate', org: params.org, query, value, reason: body.reason });
    },
  });

  /** @param given.query absent for a change of all products */
  async function record(
    request: Pick<FastifyRequest, 'headers' | 'caller'> & FastifyRequest,
    given: {
      readonly kind: GuardKind;
      readonly org: string;
      readonly query?: Static<typeof ProductQuery>;
      readonly value: object;
      readonly reason: string | undefined;
    },
  ): Promise<ChangeAnswer> {
    const { kind, query, value, reason } = given;
    const org = findOrg(await sources.settings.refresh(), given.org);
    const product = query ? chooseBegun(org, query.product, sources.now()).product : '';
    const outcome = await recordCommand(sources, callerOf(request), request.headers, {
      kind,
      org_id: org.orgId,
      product,
      value,
      reason,
    });
    return changeAnswer(outcome);
  }
}
