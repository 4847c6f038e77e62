import { clearInvalidations, readResealed } from '../../../aggregator/sealing/invalidations.ts';
import { resealHours } from '../../../aggregator/sealing/reseal.ts';
import { floorTo } from '../../../domain/instants.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { readUsageOfMany } from '../../../store/alerts/usage-of-many.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readCredits } from '../../../store/usage/read-credits.ts';
import { readTotal, readUsage } from '../../../store/usage/read.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { randomOf } from '../../random.ts';
import { landedEvent, type LandedEvent } from '../events.ts';
import { useEventTime } from './event-time.ts';

const { client, hour, landAt, seal } = useEventTime('running_hour_seeds');
const SEEDS = [1, 2, 3];
const STEPS = 40;

describe('current usage while the hour runs', () => {
  it.each(SEEDS)('equals a count of the events after every step of seed %i', async (seed) => {
    const random = randomOf(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const orgs = ['acme', 'other'];
    const products = ['crm', 'bigin'];
    const landed: LandedEvent[] = [];
    let at = hour + MINUTE_MS;
    const from = hour - 2 * HOUR_MS;
    const newEvent = (): LandedEvent => {
      const age = random() < 0.7 ? below(2 * MINUTE_MS) : below(at - from);
      return landedEvent(at - age, {
        org: orgs[below(2)] ?? '',
        product: products[below(2)] ?? '',
        credits: 1 + below(9),
        offset: 10_000_000 + landed.length,
      });
    };
    /** The same id, from before or after, of any product. */
    const repeated = (event: LandedEvent): LandedEvent => ({
      ...event,
      offset: random() < 0.5 ? 9_000_000 - landed.length : 20_000_000 + landed.length,
      product: products[below(2)] ?? '',
      credits: 1 + below(9),
    });
    const step = async (): Promise<void> => {
      const kind = below(10);
      if (kind < 4) {
        const again = landed[below(landed.length)];
        const events = Array.from({ length: 1 + below(4) }, newEvent);
        if (again !== undefined && random() < 0.5) events.push(repeated(again));
        landed.push(...events);
        await landAt(at, events);
      } else if (kind < 7) {
        at += below(12 * MINUTE_MS);
      } else if (kind < 9) {
        await seal(at);
      } else {
        await resealHours(client(), (await readProgress(client())).sealed, 0);
        await clearInvalidations(client(), await readResealed(client()));
      }
    };
    /** By plain arithmetic: of each id the payload with the lowest offset. */
    const expected = (org: string, product: string, to: number): number => {
      const first = new Map<string, LandedEvent>();
      for (const event of landed) {
        const other = first.get(event.id);
        if (other === undefined || event.offset < other.offset) first.set(event.id, event);
      }
      return [...first.values()]
        .filter((event) => event.org === org && event.product === product)
        .filter((event) => event.at >= from && event.at < to)
        .reduce((sum, { credits }) => sum + credits, 0);
    };
    for (let index = 0; index < STEPS; index += 1) {
      await step();
      const to = at - below(20 * MINUTE_MS);
      const interval = { from, to };
      const [org, product] = [orgs[index % 2] ?? '', products[below(2)] ?? ''];
      const filters = { product };
      const sealed = await readSealedHours(client(), org);
      const request = { orgId: org, product, intervals: [interval] };
      const [credits] = await readCredits(client(), sealed, request);
      const total = await readTotal(client(), { orgId: org, ...interval, filters });
      const byUser = await readUsage(client(), { orgId: org, ...interval, filters, groupBy: ['user'] });
      const many = await readUsageOfMany(client(), { orgIds: orgs, asOf: to, aheadMs: 0 });
      const want = expected(org, product, to);
      const found = [credits, total.credits, byUser[0]?.credits ?? 0, many(org, product).used];
      expect({ index, found }).toEqual({ index, found: [want, want, want, want] });
    }
    const end = floorTo(at, HOUR_MS) + DAY_MS;
    await seal(end);
    await resealHours(client(), end, 0);
    for (const org of orgs) {
      for (const product of products) {
        const total = await readTotal(client(), { orgId: org, from, to: end, filters: { product } });
        expect(total.credits).toBe(expected(org, product, end));
      }
    }
  });
});
