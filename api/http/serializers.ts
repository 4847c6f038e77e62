import build from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';
import { ProblemSchema } from '../problems/schema.ts';

const REFERRED_TO = { Problem: ProblemSchema };
const serializers = new WeakMap<object, (answer: unknown) => string>();

/**
 * Serializes an answer by its route's schema. Compiled with the first answer and cached for the life of the schema:
 * compiling those of every route and status took 0.6 s of each start, and most are never used, because
 * problems/handlers.ts serializes problems itself.
 */
export const compileSerializer: FastifySerializerCompiler<object> =
  ({ schema }) =>
  (answer: unknown) => {
    let serialize = serializers.get(schema);
    if (!serialize) serializers.set(schema, (serialize = build(schema, { schema: REFERRED_TO })));
    return serialize(answer);
  };
