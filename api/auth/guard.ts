import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import type { Problem } from '../problems/problem.ts';
import { unknownOrg } from '../orgs/unknown-org.ts';
import { bearerTokenOf } from './bearer.ts';
import { scopeInsufficient, tokenMissing } from './challenge.ts';
import { decide, isGlobal, isAllowedGlobally, type Access, type Caller, type Scope } from './permissions.ts';
import type { Sessions } from './sessions.ts';
import type { VerifyToken } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The access that the route requires; a route without it does not start. */
    access?: Access;
  }
  interface FastifyRequest {
    /** The bearer of the token, or who signed in; set by the guard unless the route is open. */
    caller: Caller | null;
    /** How much of the organisation the caller may see; set by the guard on routes of an organisation. */
    scope: Scope | null;
  }
}

const OrgParams = Type.Object({ org: Type.String() });

/**
 * Checks a request before anything else looks at it, so that a rejection reveals nothing more. A token decides where
 * there is one, also beside a session.
 * @param sessions of people who signed in to the dashboard; undefined where no one can
 */
export function createGuard(
  verify: VerifyToken,
  sessions?: Sessions,
): (request: FastifyRequest) => Promise<void> {
  const { check: hasOrg } = compiled(OrgParams);
  return async (request) => {
    const { access } = request.routeOptions.config;
    // An unknown route requires no access: its 404 reveals nothing.
    if (access === 'open' || request.is404) return;
    const token = bearerTokenOf(request);
    const caller = token === undefined ? await sessions?.callerOf(request) : await verify(token);
    if (caller === undefined) throw tokenMissing();
    // From here on the request counts as the caller's, also where it is rejected.
    request.caller = caller;
    if (access === undefined) throw forbidden(caller);
    if (isGlobal(access)) {
      if (!isAllowedGlobally(caller, access)) throw forbidden(caller);
      return;
    }
    const params: unknown = request.params;
    if (!hasOrg(params)) throw forbidden(caller);
    const decision = decide(caller, access, params.org);
    if (decision === 'foreign') throw unknownOrg(params.org);
    if (decision === 'forbidden') throw forbidden(caller);
    request.scope = decision;
  };
}

const forbidden = ({ role }: Caller): Problem =>
  scopeInsufficient(`The role ${role} may not do this: use a token of a role with this permission.`);

/** The user to whose calls the answer is limited; undefined where the caller may see the whole organisation. */
export function onlyUser(request: FastifyRequest): string | undefined {
  if (request.scope === null) throw notGuarded(request);
  return request.scope === 'self' ? callerOf(request).userId : undefined;
}

/** The caller of a route that is not open. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw notGuarded(request);
  return request.caller;
}

const notGuarded = ({ routeOptions }: FastifyRequest): Error =>
  new Error(`The guard has not run for ${routeOptions.url}.`);
