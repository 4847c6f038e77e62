import { Type } from 'typebox';

/** Of every process that has no port of its own (server.ts). */
export const healthVariables = {
  HEALTH_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: 'the port of /healthz, /readyz and /metrics; none by default',
    }),
  ),
  HEALTH_HOST: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description: 'the address that HEALTH_PORT listens on',
  }),
};
