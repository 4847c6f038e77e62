/** All that `@api-credits/publisher` exports. A test compares it with api-report.txt beside this file. */
export { createPublisher, type PublisherLogger, type PublisherOptions } from './connect.ts';
export type { PublisherSpan, PublisherTracer } from '../tracer.ts';
export type { Framing, SchemaRegistryOptions } from './framing-options.ts';
export type { PublisherSasl, PublisherSecret, PublisherTls } from './kafka-options.ts';
export type { Publisher, PublisherCounters, PublisherLimits } from '../publisher-contract.ts';
export type { CallCost, CallEventInput } from '../../schemas/call-event-fields.ts';
export { callCost, readCosts, type CostCatalogue, type CostRule, type CostVersion } from './costs.ts';
export { InvalidCatalogueError, type CatalogueProblem } from '../../domain/catalogues/invalid-catalogue.ts';
export {
  BufferFullError,
  EventRejectedError,
  PublisherClosedError,
  RecordRejectedError,
  UndeliveredError,
  UnknownCostRuleError,
  type RejectionReason,
} from '../errors.ts';
export {
  InvalidSpoolOptionsError,
  SpoolDamagedError,
  SpoolFullError,
  SpoolInUseError,
  SpoolWriteError,
} from '../spool/errors.ts';
export type { SpoolCounters, SpoolOptions } from '../spool/spool-options.ts';
export { createMeter, fastifyMeter, httpMeter } from './meters.ts';
export { createGate } from './gate.ts';
export type {
  Gate,
  GateCounters,
  GateDecision,
  GatedCall,
  GateLogger,
  GateOptions,
  GateRejection,
  GateReservation,
} from '../gate/contract.ts';
export type {
  AnsweredCall,
  Caller,
  Cost,
  GateOptions as MeterGateOptions,
  HttpMeter,
  Meter,
  MeterControls,
  MeterCounters,
  MeterLogger,
  MeterOptions,
} from '../middleware/contract.ts';
export type { FastifyMeter } from '../middleware/fastify.ts';
