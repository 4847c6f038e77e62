import type { Kafka } from 'kafkajs';
import { signToken } from '../../api/auth/tokens.ts';
import { until } from '../../deploy/local/until.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { FALLING, PERCENTS, setAlerting, thresholdOf } from './alerts/alerting.ts';
import { alertsOutcome } from './alerts/compare.ts';
import { FailingReceiver } from './alerts/receiver.ts';
import { dayOldCalls } from './day-old-calls.ts';
import type { Ledger } from './ledger.ts';
import type { LimitChanges } from './limit-changes.ts';
import type { LimitedCall } from './limits/kept.ts';
import { GatedServer } from './limits/gated-server.ts';
import { ROLLING, TOTAL } from './limits/gated-orgs.ts';
import { limitsOutcome } from './limits/outcome.ts';
import { setLimits } from './limits/set-limits.ts';
import type { LedgerPublisher } from './publish.ts';
import type { Requests } from './requests.ts';
import { Credits } from './watch.ts';

export interface GuardsStart extends Pick<Requests, 'put' | 'watch'> {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly gateUrls: readonly string[];
  /** That signs tokens. */
  readonly secret: string;
  /** Of the run. */
  readonly seconds: number;
  readonly publisher: LedgerPublisher;
}

export interface GuardsOutcome {
  readonly kafka: Kafka;
  /** The topic of alerts. */
  readonly topic: string;
  readonly ledger: Ledger;
  readonly limits: LimitChanges;
  /** The calls of the log that had asked a gate. */
  readonly gated: readonly LimitedCall[];
  readonly report: (what: string) => void;
}

const READY_WITHIN_MS = 90_000;
/** Of 15,000: above 80 % until the first of these calls has left. */
const ROLLING_CALLS = { org: ROLLING, calls: 43, credits: 300 };
const FALLING_CALLS = { org: FALLING, calls: 13, credits: 1_000 };
const USED_BY_FALLING = FALLING_CALLS.calls * FALLING_CALLS.credits;
/** Of the run: how long the usage falls. */
const FALLS_DURING = 0.3;
const FALLS_AFTER_S = 40;

/** What limits, warns and rejects: an API server that asks gates, and a receiver of alerts that fails. */
export class Guards {
  readonly server: GatedServer;
  readonly receiver: FailingReceiver;

  private constructor(server: GatedServer, receiver: FailingReceiver) {
    this.server = server;
    this.receiver = receiver;
  }

  /** Sets terms and rules, and resolves when calls are admitted and the first alerts have arrived. */
  static async start(options: GuardsStart): Promise<Guards> {
    const { put, seconds, publisher, gateUrls, brokers, topicPrefix } = options;
    const receiver = await FailingReceiver.open();
    await Promise.all([setLimits(put), setAlerting(put, receiver.url)]);
    const now = Date.now();
    const returning = { ...ROLLING_CALLS, afterSeconds: 20, duringSeconds: seconds };
    const falling = { ...FALLING_CALLS, afterSeconds: FALLS_AFTER_S, duringSeconds: FALLS_DURING * seconds };
    for (const plan of [returning, falling])
      for (const call of dayOldCalls(plan, now)) publisher.publish(call);
    await publisher.flush();
    await untilShown(options, ROLLING, ROLLING_CALLS.calls * ROLLING_CALLS.credits);
    await untilAlerted(receiver);
    const token = await signToken(
      Buffer.from(options.secret),
      { role: 'gate', sub: 'chaos' },
      now + 2 * HOUR_MS,
    );
    const server = await GatedServer.start({ brokers, topicPrefix, gateUrls, token, seconds });
    return new Guards(server, receiver);
  }

  /** When the faults are over. @returns what became of the calls, for people */
  async finish(ledger: Ledger): Promise<string> {
    this.receiver.recover();
    const { calls, rejected } = await this.server.finish(ledger);
    return (
      `an API server killed ${this.server.kills} times asked gates: ` +
      `${calls - rejected} calls admitted, ${rejected} rejected`
    );
  }

  /** Once everything has landed. @returns the differences, a line each */
  async differences({ kafka, topic, ledger, limits, gated, report }: GuardsOutcome): Promise<string[]> {
    const kept = limitsOutcome(gated, limits);
    report(`the most credits of 24 hours: ${kept.summary}`);
    const alerts = await alertsOutcome({ kafka, topic, ledger, limits, receiver: this.receiver });
    report(alerts.summary);
    return [...kept.differences, ...alerts.differences];
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

/** @throws where not every threshold that FALLING is above has been reported in time */
async function untilAlerted({ deliveries }: FailingReceiver): Promise<void> {
  const due = PERCENTS.filter((percent) => thresholdOf(TOTAL, percent) <= USED_BY_FALLING).length;
  const isAlerted = () => [...deliveries.values()].filter(({ org }) => org === FALLING).length >= due;
  if (await until(isAlerted, READY_WITHIN_MS)) return;
  throw new Error(`${FALLING} before anything failed: not all of its ${due} alerts were delivered`);
}

/** @throws where the current usage does not show so many credits in time */
async function untilShown({ watch }: GuardsStart, org: string, credits: number): Promise<void> {
  const { check } = compiled(Credits);
  const isShown = await until(async () => {
    const answer = await watch(`/v1/orgs/${org}/credits`, org);
    return check(answer) && answer.used >= credits;
  }, READY_WITHIN_MS);
  if (!isShown) throw new Error(`${org} before anything failed: not all of its ${credits} credits are shown`);
}
