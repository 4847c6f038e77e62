import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { Problem } from '../problems/problem.ts';
import { unknownOrg } from '../orgs/unknown-org.ts';
import { decide, isGlobal, isAllowedGlobally, type Access, type Caller, type Scope } from './permissions.ts';
import { unauthorized, type VerifyToken } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route asks of its caller; a route without it does not start. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks; set by the guard where the route is not open. */
    caller: Caller | null;
    /** How much of the organisation may be shown; set by the guard where the route is one of an organisation. */
    scope: Scope | null;
  }
}

const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;
const OrgParams = Type.Object({ org: Type.String() });

/** Runs before anything else of a request: nobody learns more than that they may not. */
export function createGuard(verify: VerifyToken): (request: FastifyRequest) => Promise<void> {
  const { check: namesAnOrg } = compiled(OrgParams);
  return async (request) => {
    const { access } = request.routeOptions.config;
    // Unknown routes have no act: their 404 tells nothing.
    if (access === 'open' || request.is404) return;
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw unauthorized('Send a token as "Authorization: Bearer TOKEN".');
    }
    const caller = await verify(token);
    if (access === undefined) throw forbidden(caller);
    if (isGlobal(access)) {
      if (!isAllowedGlobally(caller, access)) throw forbidden(caller);
      request.caller = caller;
      return;
    }
    const params: unknown = request.params;
    if (!namesAnOrg(params)) throw forbidden(caller);
    const decision = decide(caller, access, params.org);
    if (decision === 'foreign') throw unknownOrg(params.org);
    if (decision === 'forbidden') throw forbidden(caller);
    request.caller = caller;
    request.scope = decision;
  };
}

function forbidden({ role }: Caller): Problem {
  return new Problem('forbidden', `The role ${role} may not do this: ask with a token of a role that may.`);
}

/** The user whose calls alone may be shown, or undefined where all of the organisation's may. */
export function onlyUser(request: FastifyRequest): string | undefined {
  if (request.scope === null) throw notGuarded(request);
  return request.scope === 'self' ? callerOf(request).userId : undefined;
}

/** Who asks, at a route that is not open. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw notGuarded(request);
  return request.caller;
}

const notGuarded = ({ routeOptions }: FastifyRequest): Error =>
  new Error(`The route ${routeOptions.url} was not guarded.`);
