import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { FastifyError } from 'fastify';
import { Problem, type ProblemError } from './problem.ts';

/** The parts of Ajv's verbose errors that explain what the schema requires. */
const ValidationError = Type.Object({
  keyword: Type.String(),
  instancePath: Type.String(),
  message: Type.Optional(Type.String()),
  params: Type.Object({
    missingProperty: Type.Optional(Type.String()),
    additionalProperty: Type.Optional(Type.String()),
    allowedValues: Type.Optional(Type.Array(Type.Unknown())),
  }),
  parentSchema: Type.Optional(
    Type.Object({
      description: Type.Optional(Type.String()),
      properties: Type.Optional(
        Type.Record(Type.String(), Type.Object({ description: Type.Optional(Type.String()) })),
      ),
    }),
  ),
});

/** Errors listed in an answer. A URL can cause thousands, and each takes 100 bytes or more. */
const MAX_LISTED = 20;

/** All validation errors of a request, each with its parameter and, where the schema describes it, what is expected. */
export function validationProblem(error: FastifyError): Problem {
  const inBody = error.validationContext === 'body';
  const found = error.validation ?? [];
  const errors = found.slice(0, MAX_LISTED).map((each) => errorOf(each, inBody));
  const texts = errors.map((each) => `${each.parameter ?? each.pointer} ${each.detail}`);
  if (found.length > MAX_LISTED) texts.push(`and ${found.length - MAX_LISTED} more`);
  const detail = texts.join('; ');
  return new Problem('invalid-request', `${detail || error.message}.`, { errors, cause: error });
}

function errorOf(given: unknown, inBody: boolean): ProblemError {
  if (!Value.Check(ValidationError, given)) return { detail: 'is invalid', parameter: 'request' };
  const { keyword, instancePath, message, params, parentSchema } = given;
  const property = params.missingProperty ?? params.additionalProperty;
  const path = property === undefined ? instancePath : `${instancePath}/${property}`;
  // A repeated parameter is an array: the error names the parameter, not the value.
  const where = inBody ? { pointer: `#${path}` } : { parameter: path.split('/')[1] ?? '' };
  if (keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema?.properties ?? {});
    return {
      ...where,
      detail:
        known.length === 0
          ? 'is unknown: nothing is expected here'
          : `is unknown: expected ${known.join(', ')}`,
    };
  }
  const description =
    keyword === 'required'
      ? parentSchema?.properties?.[params.missingProperty ?? '']?.description
      : parentSchema?.description;
  const choice = params.allowedValues ? `: ${params.allowedValues.join(', ')}` : '';
  const detail = keyword === 'required' ? 'is missing' : `${message ?? 'is invalid'}${choice}`;
  return { ...where, detail: description === undefined ? detail : `${detail} (${description})` };
}
