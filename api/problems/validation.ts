import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { FastifyError } from 'fastify';
import { Problem, type ProblemError } from './problem.ts';

/** The parts of Ajv's verbose errors that say what a schema wants. */
const Fault = Type.Object({
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

/** More than anyone mends at once. An address holds thousands, and each is told in 100 bytes or more. */
const MAX_NAMED = 20;

/** The faults of a request at once, each naming its parameter and, where it is described, what it should be. */
export function validationProblem(error: FastifyError): Problem {
  const inBody = error.validationContext === 'body';
  const faults = error.validation ?? [];
  const errors = faults.slice(0, MAX_NAMED).map((fault) => errorOf(fault, inBody));
  const told = errors.map((each) => `${each.parameter ?? each.pointer} ${each.detail}`);
  if (faults.length > MAX_NAMED) told.push(`and ${faults.length - MAX_NAMED} more`);
  const detail = told.join('; ');
  return new Problem('invalid-request', `${detail || error.message}.`, { errors, cause: error });
}

function errorOf(given: unknown, inBody: boolean): ProblemError {
  if (!Value.Check(Fault, given)) return { detail: 'is wrong', parameter: 'request' };
  const { keyword, instancePath, message, params, parentSchema } = given;
  const property = params.missingProperty ?? params.additionalProperty;
  const path = property === undefined ? instancePath : `${instancePath}/${property}`;
  // A repeated parameter is an array: which of its values is wrong does not matter.
  const where = inBody ? { pointer: `#${path}` } : { parameter: path.split('/')[1] ?? '' };
  if (keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema?.properties ?? {});
    return { ...where, detail: `is not known here: known are ${known.join(', ') || 'none'}` };
  }
  const description =
    keyword === 'required'
      ? parentSchema?.properties?.[params.missingProperty ?? '']?.description
      : parentSchema?.description;
  const choice = params.allowedValues ? `: ${params.allowedValues.join(', ')}` : '';
  const fault = keyword === 'required' ? 'is missing' : `${message ?? 'is wrong'}${choice}`;
  return { ...where, detail: description === undefined ? fault : `${fault} (${description})` };
}
