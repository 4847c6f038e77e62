import { digestOf } from '../../domain/alerts/alert.ts';
import { lastDestinations } from '../../domain/settings/alerting.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Logger } from '../../platform/logging.ts';
import { hasDelivered, type Unfinished } from '../../store/alerts/attempts.ts';
import type { SettingsRecorder } from '../../store/settings/recorder.ts';

export interface GivenUp {
  /** When its first attempt was made, epoch milliseconds. */
  readonly firstAt: number;
  readonly error: string;
  /** Whether the receiver wants nothing more. */
  readonly isGone: boolean;
}

/** Disables the destination of a delivery that was given up, unless the receiver takes others. Never rejects. */
export type DisableDestination = (delivery: Unfinished, givenUp: GivenUp) => Promise<void>;

/** Who changes the settings, as their history shows it. */
const RECORDED_BY = 'api-credits alerts';

/** It is a change of settings, so every process knows of it, its history says why, and an alert is raised by it. */
export function createDisabling(
  client: ClickHouseClient,
  recorder: Pick<SettingsRecorder, 'refresh' | 'record'>,
  logger: Pick<Logger, 'warn'>,
): DisableDestination {
  return async (delivery, { firstAt, error, isGone }) => {
    const { org_id: orgId, destination_id: destinationId, delivery_id, round } = delivery;
    try {
      const settings = await recorder.refresh();
      const found = lastDestinations(settings.alerting(orgId)).find(
        ({ destination }) => destination.destination_id === destinationId,
      );
      // What was changed since may be repaired.
      if (!found?.destination.is_enabled || found.version.recordedAt > firstAt) return;
      if (!isGone && (await hasDelivered(client, { orgId, destinationId, since: firstAt }))) return;
      const reason = isGone
        ? `the receiver wants nothing more (${error})`
        : `deliveries have failed for a day (${error})`;
      await recorder.record({
        change_id: `disable-${digestOf([orgId, destinationId, delivery_id, round])}`,
        org_id: orgId,
        kind: 'alert-destination',
        product: '',
        value: JSON.stringify({ ...found.destination, is_enabled: false, disabled_reason: reason }),
        effective_at: 0,
        recorded_by: RECORDED_BY,
        reason,
      });
    } catch (cause) {
      // The next delivery that is given up does it.
      logger.warn({ err: cause, orgId, destinationId }, 'destination not disabled');
    }
  };
}
