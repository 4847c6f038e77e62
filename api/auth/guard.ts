import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { Problem } from '../problems/problem.ts';
import { unknownOrg } from '../orgs/unknown-org.ts';
import { decide, isGlobal, isAllowedGlobally, type Access, type Caller, type Scope } from './permissions.ts';
import { unauthorized, type VerifyToken } from './tokens.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The access that the route requires; a route without it does not start. */
    access?: Access;
  }
  interface FastifyRequest {
    /** The bearer of the token; set by the guard unless the route is open. */
    caller: Caller | null;
    /** How much of the organisation the caller may see; set by the guard on routes of an organisation. */
    scope: Scope | null;
  }
}

const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;
const OrgParams = Type.Object({ org: Type.String() });

/** Checks a request before anything else looks at it, so that a rejection reveals nothing more. */
export function createGuard(verify: VerifyToken): (request: FastifyRequest) => Promise<void> {
  const { check: hasOrg } = compiled(OrgParams);
  return async (request) => {
    const { access } = request.routeOptions.config;
    // An unknown route requires no access: its 404 reveals nothing.
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
    if (!hasOrg(params)) throw forbidden(caller);
    const decision = decide(caller, access, params.org);
    if (decision === 'foreign') throw unknownOrg(params.org);
    if (decision === 'forbidden') throw forbidden(caller);
    request.caller = caller;
    request.scope = decision;
  };
}

function forbidden({ role }: Caller): Problem {
  return new Problem(
    'forbidden',
    `The role ${role} may not do this: use a token of a role with this permission.`,
  );
}

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
