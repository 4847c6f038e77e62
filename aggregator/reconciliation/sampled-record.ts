import { floorTo, formatInstant } from '../../domain/instants.ts';
import { formatPlace, parsePlace, type Place } from '../../schemas/dead-letter.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** A record of the call log that was read again. */
export interface SampledRecord extends Place {
  /** Undefined where it is not an event: it must be quarantined. */
  readonly event: SampledEvent | undefined;
}

/** By what an event is found in the table. */
export interface SampledEvent {
  readonly id: string;
  readonly orgId: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

/**
 * The name of the unit: `topic/partition/offset`, and where there is an event, `/hour/id/organisation`. It can be checked
 * again when Kafka has dropped the record.
 */
export function recordName({ event, ...place }: SampledRecord): string {
  if (!event) return formatPlace(place);
  const hour = formatInstant(floorTo(event.occurredAt, HOUR_MS));
  return [formatPlace(place), hour, event.id, event.orgId].join('/');
}

/** @param name as recordName writes it. @returns the record, its event at the start of its hour; undefined for other text */
export function parseRecordName(name: string): SampledRecord | undefined {
  const [topic = '', partition = '', offset = '', hour, id = '', ...org] = name.split('/');
  const place = parsePlace([topic, partition, offset].join('/'));
  if (!place) return undefined;
  if (hour === undefined) return { ...place, event: undefined };
  return { ...place, event: { id, orgId: org.join('/'), occurredAt: Date.parse(hour) } };
}
