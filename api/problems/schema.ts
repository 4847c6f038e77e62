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
          choices: Type.Optional(
            Type.Array(Type.String(), { description: 'What the parameter may be: a short list.' }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { $id: 'Problem', additionalProperties: false },
);

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
/** A problem as a route's schema documents it; what a route answers beyond problemsOf it names itself. */
export const answer = (description: string) => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: Type.Ref('Problem') } },
});

const OPEN_PROBLEMS = {
  429: answer('Too many requests: retry-after says when to ask again'),
  500: answer('A mistake of the server'),
  503: answer('ClickHouse is away or took too long: retry-after says when to ask again'),
};
const GUARDED_PROBLEMS = {
  400: answer('A parameter is wrong'),
  401: answer('No valid bearer token'),
  403: answer('The role may not do this'),
};
const QUERY_PROBLEMS = { 431: answer('The address is too long') };
const NAMED_PROBLEMS = {
  404: answer('No such organisation, subscription or other thing of that name'),
  414: answer('A name in the address is too long'),
};
const BODY_PROBLEMS = {
  413: answer('The body is too large'),
  415: answer('The body is not JSON'),
};

/** What a route may answer besides its own: more behind a token, with names in its address, and with a body. */
export function problemsOf(route: {
  readonly isOpen: boolean;
  readonly url: string;
  readonly hasQuery: boolean;
  readonly hasBody: boolean;
}) {
  return {
    ...OPEN_PROBLEMS,
    ...(!route.isOpen && GUARDED_PROBLEMS),
    ...(route.url.includes(':') && NAMED_PROBLEMS),
    ...(route.hasQuery && QUERY_PROBLEMS),
    ...(route.hasBody && BODY_PROBLEMS),
  };
}
