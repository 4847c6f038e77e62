import { httpAddress } from '../variables.ts';

/** Of the processes that take part in traces (tracing.ts). */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpAddress({
    default: '',
    description: 'an OpenTelemetry collector that takes OTLP over HTTP, without /v1/traces; empty: no traces',
  }),
};
