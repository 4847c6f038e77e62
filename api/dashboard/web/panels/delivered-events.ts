import type { AlertDestinations } from '../answers.ts';

type DeliveredEvent = AlertDestinations['destinations'][number]['events'][number];

/** What a destination can be sent, in words. */
export const EVENTS: readonly (readonly [DeliveredEvent, string])[] = [
  ['alert.raised', 'alert raised'],
  ['alert.resolved', 'alert resolved'],
  ['day.closed', 'day closed'],
  ['statement.final', 'statement final'],
  ['limit.changed', 'limit changed'],
];

const NAMES: ReadonlyMap<string, string> = new Map(EVENTS);

/** The events of a release that this page does not know yet have their own names. */
export const eventText = (event: string): string => NAMES.get(event) ?? event;
