import { Type } from 'typebox';
import { EventResult } from '../events/result.ts';
import { PROBLEMS } from './problem.ts';

/** The RFC 9457 problem document of every error of this API. */
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
          parameter: Type.Optional(Type.String({ description: 'The invalid parameter.' })),
          pointer: Type.Optional(
            Type.String({ description: 'JSON pointer to the invalid part of the body.' }),
          ),
          choices: Type.Optional(
            Type.Array(Type.String(), { description: 'The allowed values, where that is a short list.' }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    results: Type.Optional(
      Type.Array(EventResult, { description: 'Of POST /v1/events: one for each event, in order.' }),
    ),
  },
  { $id: 'Problem', additionalProperties: false },
);

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
/** A problem in a route's schema. Routes list the problems that they return beyond problemsOf. */
export const answer = (description: string) => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: Type.Ref('Problem') } },
});

const OPEN_PROBLEMS = {
  429: answer('Too many requests: retry-after says when to try again'),
  500: answer('Internal server error'),
  503: answer('ClickHouse is unavailable or took too long: retry-after says when to try again'),
};
const GUARDED_PROBLEMS = {
  400: answer('A parameter is invalid'),
  401: answer('No valid bearer token, or the session of the dashboard has ended'),
  403: answer('The role may not do this, or another site made the request'),
};
const QUERY_PROBLEMS = { 431: answer('The address is too long') };
const NAMED_PROBLEMS = {
  404: answer('No such organisation, subscription or other thing of that name'),
  414: answer('A name in the address is too long'),
};
const ORG_PROBLEMS = { 409: answer('The organisation has no valid time zone, so it has no days: set one') };
const BODY_PROBLEMS = {
  413: answer('The body is too large'),
  415: answer('The body is not JSON'),
};

/** The problems that any such route may return: more with a token, names in the path, a query or a body. */
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
    ...(route.url.includes(':org') && ORG_PROBLEMS),
    ...(route.hasQuery && QUERY_PROBLEMS),
    ...(route.hasBody && BODY_PROBLEMS),
  };
}
