import { Ajv, type Options } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { isDate } from './date.ts';
import { parseInstant } from './instant.ts';

const OPTIONS: Options = { allErrors: true, verbose: true, useDefaults: true, addUsedSchema: false };

/**
 * What checks requests against their routes' schemas. In an address and in headers everything is text, and becomes
 * the number or the list that is asked for. A body is taken as it was sent: converted, null would be the number 0,
 * and a limit would be gone.
 */
export function createValidators(): FastifySchemaCompiler<object> {
  const converting = withFormats(new Ajv({ ...OPTIONS, coerceTypes: 'array' }));
  const exact = withFormats(new Ajv(OPTIONS));
  return ({ schema, httpPart }) => (httpPart === 'body' ? exact : converting).compile(schema);
}

function withFormats(ajv: Ajv): Ajv {
  return ajv
    .addFormat('date-time', { validate: (text: string) => parseInstant(text) !== undefined })
    .addFormat('date', { validate: isDate });
}
