import { Decider } from '../../alerts/decide/decider.ts';
import { Deliverer } from '../../alerts/delivery/deliverer.ts';
import { createDisabling } from '../../alerts/delivery/disable.ts';
import { openMailer } from '../../alerts/delivery/email.ts';
import { createTransport } from '../../alerts/delivery/transport.ts';
import { Events } from '../../alerts/events/events.ts';
import { logRecord } from '../../alerts/record.ts';
import { Worker } from '../../alerts/worker.ts';
import { openLandedLog } from '../../platform/landed-log.ts';
import { createLogger } from '../../platform/logging.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';
import { openRecorder } from '../../store/settings/recorder.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { openPastSettings } from '../aggregator/closing/stories-on-servers.ts';
import { openPipeline } from '../integration/pipeline.ts';
import { until } from '../until.ts';

/** A pipeline with settings of the past, and in this process what the alerts process does. */
export type AlertingStack = Awaited<ReturnType<typeof openAlertingStack>>;

export async function openAlertingStack(suite: string) {
  const pipeline = await openPipeline(suite, { UNKNOWN_ORGS: 'none' });
  const { client, kafka, topics, env } = pipeline;
  const settings = await openPastSettings(pipeline, createSettingsStore(client, 'none'));
  const log = openLandedLog(kafka, client, topics.alerts, 30_000);
  const logger = createLogger('test', 'fatal');
  const config = {
    ...env,
    KAFKA_BROKERS: env['KAFKA_BROKERS'] ?? '',
    TOPIC_PREFIX: env['TOPIC_PREFIX'] ?? '',
    UNKNOWN_ORGS: 'none' as const,
    SETTINGS_CHANGES_PER_HOUR: 1_000,
  };
  const recorder = openRecorder(config, client, {
    clientId: 'test',
    logger,
    now: Date.now,
    timeoutMs: 30_000,
  });
  /** How far the clock of deliveries is ahead. */
  let aheadMs = 0;

  function newWorker(): Worker {
    const timing = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS };
    // It runs faster than the machine's: what is looked at now and then is looked at soon.
    let asked = 0;
    const uptime = (): number => performance.now() + (asked += 1) * 10_000;
    const ship = createTransport({
      webhookKey: 'a key of this suite',
      isAnyTarget: true,
      timeoutMs: 5_000,
      mailer: openMailer('', '', 5_000),
      now: Date.now,
    });
    const shared = { client, store: recorder };
    const decider = new Decider({
      ...shared,
      log,
      topics,
      now: Date.now,
      uptime,
      timing,
      aheadMs: 5 * MINUTE_MS,
    });
    const events = new Events({ client, log, topics, now: Date.now, sealDelayMs: timing.sealDelayMs });
    const deliverer = new Deliverer({
      ...shared,
      ship,
      disable: createDisabling(client, recorder, logger),
      now: () => Date.now() + aheadMs,
      random: () => 0.5,
      logger,
      counts: { attempts: 0, delivered: 0, failed: 0 },
    });
    return new Worker({ decider, events, deliverer, topic: topics.alerts, landedWithinMs: 30_000 });
  }

  const worker = newWorker();
  let changes = 0;
  return {
    pipeline,
    worker,
    /** How far the clock of deliveries has been moved in all. */
    advanceDeliveries: (ms: number): number => (aheadMs += ms),

    /** Records a change of settings, at an instant of the past. */
    async change(
      kind: string,
      org_id: string,
      value: object,
      { product = '', at }: { readonly product?: string; readonly at: number },
    ): Promise<void> {
      const offset = (changes += 1);
      const isAccepted = await settings.record({
        change_id: `change-${offset}`,
        org_id,
        kind,
        product,
        value: JSON.stringify(value),
        effective_at: 0,
        recorded_by: 'ann',
        reason: 'a test',
        offset,
        appended_at: at + offset,
      });
      if (!isAccepted) throw new Error(`${kind} was rejected`);
    },

    /** As the API does for a test button. */
    appendTest: (orgId: string, subject: string): Promise<void> =>
      log.append([
        logRecord({
          record_id: `test:${subject}`,
          org_id: orgId,
          kind: 'test',
          product: '',
          rule_id: '',
          subject,
          number: 0,
          value: '{}',
        }),
      ]),

    /** Ticks until a condition holds; no look may fail. */
    tickUntil: (what: string, condition: () => boolean | Promise<boolean>): Promise<void> =>
      until(what, async () => {
        const { failures } = await worker.tick();
        expect(failures).toEqual([]);
        return condition();
      }),

    async close(): Promise<void> {
      await worker.stop();
      await Promise.all([log.close(), recorder.close(), settings.close()]);
      await pipeline.stop();
    },
  };
}
