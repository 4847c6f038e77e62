import { Type } from 'typebox';
import { PROBLEMS } from './problem.ts';

/** An RFC 9457 problem document as every error of this API is answered. */
export const ProblemSchema = Type.Object(
  {
    type: Type.Enum(Object.keys(PROBLEMS), { description: 'Stable identifier of the problem.' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What is wrong, and what to do next.' }),
    errors: Type.Array(
      Type.Object(
        {
          detail: Type.String(),
          parameter: Type.Optional(Type.String({ description: 'The parameter at fault.' })),
          pointer: Type.Optional(Type.String({ description: 'JSON pointer to the fault in the body.' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
const answer = (description: string) => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } },
});

/** What any route may answer besides its own 200; those behind a token also what concerns tokens and orgs. */
export const OPEN_PROBLEMS = { 500: answer('A mistake of the server'), 503: answer('ClickHouse is away') };
export const GUARDED_PROBLEMS = {
  400: answer('A parameter is wrong'),
  401: answer('No valid bearer token'),
  403: answer('The role may not do this'),
  404: answer('No such organisation or subscription'),
  429: answer('Too many requests'),
  ...OPEN_PROBLEMS,
};
