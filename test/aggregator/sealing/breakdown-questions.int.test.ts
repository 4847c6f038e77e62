import fc from 'fast-check';
import { fillBreakdowns } from '../../../aggregator/sealing/fill-breakdowns.ts';
import { clearInvalidations, readInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { floorTo } from '../../../domain/instants.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { NARROW_BREAKDOWNS } from '../../../store/usage/breakdowns.ts';
import { isDimension } from '../../../store/usage/dimensions.ts';
import { readUsage } from '../../../store/usage/read.ts';
import { forgetNarrow } from './earlier-release.ts';
import { answerOf, anyEvent, anyQuestion, ORG, type Delivery, type Question } from './questions.ts';
import { now, reseal, SEAL_DELAY_MS, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('questions');

let seed = 0;
const some = <Value>(of: fc.Arbitrary<Value>, count: number): Value[] =>
  fc.sample(of, { numRuns: count, seed: (seed += 1) });

const delivered: Delivery[] = [];
let offset = 1_000;
let earlier = 1_000;
async function deliver(deliveries: readonly Delivery[]): Promise<void> {
  delivered.push(...deliveries);
  await client().insert({
    table: 'call_events',
    values: deliveries.map(({ event: { occurred_at, ...event }, offset: kafka_offset }) => ({
      ...event,
      occurred_at: new Date(occurred_at).toISOString(),
      appended_at: new Date(occurred_at).toISOString(),
      kafka_partition: 0,
      kafka_offset,
    })),
    format: 'JSONEachRow',
  });
}
const later = (event: CallEvent): Delivery => ({ event, offset: (offset += 1) });

/** Further calls, repeats, and earlier payloads that take calls from their users, endpoints and products. */
function lateDeliveries(count: number): Delivery[] {
  const moved = some(anyEvent, count).map((event, index) => {
    const known = delivered[(index * 37) % delivered.length];
    if (known === undefined) return later(event);
    const { event_id, occurred_at } = known.event;
    return { event: { ...event, event_id, occurred_at }, offset: (earlier -= 1) };
  });
  return [...some(anyEvent, count).map(later), ...delivered.slice(0, 5), ...moved];
}

async function read({ groupBy, ...range }: Question): Promise<string[]> {
  const first = floorTo(range.from, DAY_MS);
  const dayStarts = [0, 1, 2].map((day) => first + day * DAY_MS);
  const rows = await readUsage(client(), { orgId: ORG, ...range, groupBy, dayStarts });
  return rows
    .map((row) => {
      const { calls, credits, rejected } = row;
      const groups = Object.fromEntries(groupBy.map((group) => [group, row[group]]));
      return JSON.stringify({ ...groups, calls, credits, rejected });
    })
    .toSorted();
}

async function compare(when: string, questions = some(anyQuestion, 12)): Promise<void> {
  for (const question of questions) {
    expect({ when, question, answer: await read(question) }).toEqual({
      when,
      question,
      answer: answerOf(question, delivered),
    });
  }
}

const ago = (hours: number): number => now - hours * HOUR_MS;

it('every question has the answer of a count of the calls, also while breakdowns are filled', async () => {
  await deliver(some(anyEvent, 400).map(later));
  await compare('nothing sealed');
  await sealEndedHours(client(), ago(20), SEAL_DELAY_MS);
  await reseal(client());
  await compare('half of it sealed');
  await forgetNarrow(client(), client);
  await compare('upgraded');
  await sealEndedHours(client(), ago(10), SEAL_DELAY_MS);
  await compare('sealed further, nothing filled');
  await deliver(lateDeliveries(20));
  await compare('late calls');
  await fillBreakdowns(client(), 100);
  await compare('filled in part, with invalidated hours');
  const invalidations = await readInvalidations(client(), (await readProgress(client())).sealed, 0);
  await resealInvalidated(client(), invalidations);
  await compare('sealed again, invalidations not cleared');
  await deliver(lateDeliveries(10));
  await clearInvalidations(client(), invalidations);
  await reseal(client());
  let steps = 0;
  for (;;) {
    const progress = await readProgress(client());
    if (progress.breakdowns === progress.sealed) break;
    await fillBreakdowns(client(), 100);
    await compare(`filled, step ${(steps += 1)}`);
  }
  expect(steps).toBeGreaterThan(1);
  await sealEndedHours(client(), now, SEAL_DELAY_MS);
  await compare('all ended hours sealed');
  await deliver(lateDeliveries(20));
  await reseal(client());
  await compare('late calls sealed again', some(anyQuestion, 40));

  // Most of these need nothing but the narrow ones.
  await client.onTables('TRUNCATE TABLE usage_15m_by');
  const kinds = NARROW_BREAKDOWNS[1]?.dimensions ?? [];
  const narrow = some(anyQuestion, 60).filter(({ groupBy, filters }) => {
    const names = [...groupBy, ...Object.keys(filters)].filter(
      (name) => isDimension(name) && name !== 'product',
    );
    return (
      names.every((name) => name === 'user') || names.every((name) => kinds.some((kind) => kind === name))
    );
  });
  expect(narrow.length).toBeGreaterThan(10);
  await compare('without the wide breakdown', narrow);
}, 120_000);
