import build from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';
import { ProblemSchema } from '../problems/schema.ts';

const REFERRED_TO = { Problem: ProblemSchema };
const serializers = new WeakMap<object, (answer: unknown) => string>();

/**
 * What writes an answer by its route's schema. Made when the first answer is written, and kept as long as the schema
 * is: to make those of every status of every route took 0.6 s of each start, and most are never used, since problems
 * are written without (problems/handlers.ts).
 */
export const compileSerializer: FastifySerializerCompiler<object> =
  ({ schema }) =>
  (answer: unknown) => {
    let serialize = serializers.get(schema);
    if (!serialize) serializers.set(schema, (serialize = build(schema, { schema: REFERRED_TO })));
    return serialize(answer);
  };
