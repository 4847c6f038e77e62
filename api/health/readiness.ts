import { Type, type Static } from 'typebox';
import { rulesAgeDays, TIME_ZONE_RULES } from '../../domain/calendar/zone-rules.ts';
import { isInvalidWave, type RecordCounts, type WaveLimits } from '../../domain/invalid-wave.ts';
import { WAVE_MINUTES } from '../../store/progress/invalid-records.ts';
import type { Sources } from '../dependencies.ts';
import { onBehalfOf } from '../http/running-request.ts';
import { Count } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import { formatInstant } from '../../domain/instants.ts';
import { readPipelineState } from './pipeline-state.ts';

/** D: more names help no one who reads a probe. */
const MAX_NAMED = 20;

const TimeZoneRules = Type.Object(
  {
    version: Type.String({ description: 'The release of the IANA time zone database.' }),
    released_on: Type.String({ format: 'date' }),
    age_days: Count,
    adopted: Type.Array(
      Type.Object({ version: Type.String(), effective_at: Instant }, { additionalProperties: false }),
      {
        description:
          'The releases that days are computed with: a day that began before a release takes effect keeps its bounds. Empty before the first start of the aggregator.',
      },
    ),
  },
  {
    additionalProperties: false,
    description: 'The release that this process brings along, and those that the deployment has adopted.',
  },
);

const Alert = Type.Object(
  { alert: Type.String({ examples: ['invalid-records'] }), detail: Type.String() },
  { additionalProperties: false },
);

/** Ready, and how far the pipeline is behind. Lag does not end readiness: every figure carries it. */
export const Readiness = Type.Object(
  {
    status: Type.Literal('ready'),
    landed_until: Instant,
    lag_seconds: Type.Number({ minimum: 0 }),
    due: Type.Object(
      {
        hours_to_seal: Count,
        marks_to_reseal: Count,
        closing_behind_seconds: Type.Number({ minimum: 0 }),
        orgs_set_aside: Count,
      },
      { additionalProperties: false, description: 'Work that waits for the aggregator.' },
    ),
    set_aside: Type.Array(
      Type.Object(
        { org_id: Type.String(), step: Type.String(), error: Type.String(), since: Instant },
        { additionalProperties: false },
      ),
      {
        description: `The organisations whose days cannot be closed, the longest first, at most ${MAX_NAMED}; the days of all others are. /v1/reconciliation says why.`,
      },
    ),
    time_zone_rules: TimeZoneRules,
    alerts: Type.Array(Alert, { description: 'What needs an operator, although figures can be read.' }),
  },
  { additionalProperties: false },
);

/** Shorter than a query may take: probes must not wait that long. */
const PROBE_TIMEOUT_MS = 2_000;

/** Throws the Problem `unavailable` where ClickHouse or its tables cannot be read; only the log shows the cause. */
export async function readReadiness(sources: Sources): Promise<Static<typeof Readiness>> {
  const { waveLimits } = sources;
  try {
    const now = sources.now();
    const { due, setAside, recent, zoneReleases } = await onBehalfOf(
      { id: 'readyz', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) },
      () => readPipelineState(sources, now),
    );
    return {
      status: 'ready',
      landed_until: formatInstant(due.watermark),
      lag_seconds: (now - due.watermark) / 1000,
      due: {
        hours_to_seal: due.hoursToSeal,
        marks_to_reseal: due.invalidationsToReseal,
        closing_behind_seconds: due.closingBehindMs / 1000,
        orgs_set_aside: setAside.length,
      },
      set_aside: setAside.slice(0, MAX_NAMED).map(({ org_id, step, error_code, since }) => ({
        org_id,
        step,
        error: error_code,
        since: formatInstant(since),
      })),
      time_zone_rules: {
        version: TIME_ZONE_RULES.version,
        released_on: TIME_ZONE_RULES.releasedOn,
        age_days: rulesAgeDays(now),
        adopted: zoneReleases.map(({ version, effectiveAt }) => ({
          version,
          effective_at: formatInstant(effectiveAt),
        })),
      },
      alerts: isInvalidWave(recent, waveLimits) ? [invalidRecords(recent, waveLimits)] : [],
    };
  } catch (error) {
    throw notReady(error);
  }
}

function invalidRecords({ records, invalid }: RecordCounts, { percent }: WaveLimits): Static<typeof Alert> {
  const detail =
    `About ${invalid} of the last ${records} records (${WAVE_MINUTES} minutes) are invalid and were quarantined, ` +
    `over the limit of ${percent} % (INVALID_PERCENT_LIMIT): their calls are not counted. ` +
    'GET /v1/dead-letters and npm run letters say why.';
  return { alert: 'invalid-records', detail };
}

function notReady(error: unknown): Problem {
  const detail =
    'Not ready: the figures cannot be read from ClickHouse. The cause is logged under the x-request-id of this answer.';
  return new Problem('unavailable', detail, { cause: error, headers: RETRY_AFTER });
}
