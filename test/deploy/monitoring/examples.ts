/** An hour of a condition, sampled every minute, in promtool's notation; and when the alert must fire. */
export interface Example {
  readonly alert: string;
  readonly series: Readonly<Record<string, string>>;
  /** The first minute in which it fires, as long after the condition began as `for` says. */
  readonly firesAt: number;
}

const REQUESTS = 'api_credits_request_duration_seconds';
const OPEN = 'api_credits_dead_letters{state="open"';

/** Every alert once, with the least that makes it fire. Series that begin good stay good for ten minutes. */
export const EXAMPLES: readonly Example[] = [
  {
    alert: 'ApiCreditsNotMonitored',
    series: { 'api_credits_clickhouse_up{instance="a"}': '1x9 stale' },
    firesAt: 15,
  },
  { alert: 'ApiCreditsProcessDown', series: { 'up{job="api-credits"}': '1x9 0x60' }, firesAt: 12 },
  { alert: 'ApiCreditsProcessNotReady', series: { api_credits_process_ready: '1x9 0x60' }, firesAt: 15 },
  {
    alert: 'ApiCreditsClickHouseUnavailable',
    series: {
      'api_credits_clickhouse_up{instance="a"}': '1x60',
      'api_credits_clickhouse_up{instance="b"}': '1x9 0x60',
    },
    firesAt: 12,
  },
  { alert: 'ApiCreditsLandingLags', series: { api_credits_landing_lag_seconds: '60x9 61x60' }, firesAt: 15 },
  {
    alert: 'ApiCreditsPartitionLags',
    series: {
      'api_credits_consumer_lag_seconds{partition="0"}': '60x60',
      'api_credits_consumer_lag_seconds{partition="1"}': '60x9 61x60',
    },
    firesAt: 20,
  },
  {
    alert: 'ApiCreditsLandingStepFails',
    series: { api_credits_consumer_failing_seconds: '60x9 61x60' },
    firesAt: 11,
  },
  {
    alert: 'ApiCreditsWaitsForSchema',
    series: { api_credits_consumer_paused_partitions: '0x9 1x60' },
    firesAt: 15,
  },
  {
    alert: 'ApiCreditsIntakeStopped',
    series: { api_credits_consumer_intake_stopped: '0x9 1x60' },
    firesAt: 11,
  },
  {
    alert: 'ApiCreditsInvalidRecords',
    series: { api_credits_invalid_records_alert: '0x9 1x60' },
    firesAt: 11,
  },
  {
    alert: 'ApiCreditsNewDeadLetters',
    series: { [`${OPEN},instance="a"}`]: '7x9 8x60', [`${OPEN},instance="b"}`]: '7x60' },
    firesAt: 11,
  },
  {
    alert: 'ApiCreditsAggregatorStalled',
    series: {
      'api_credits_aggregator_last_good_tick_timestamp_seconds{instance="a"}': '0x60',
      'api_credits_aggregator_last_good_tick_timestamp_seconds{instance="b"}': '0+60x10 600x60',
    },
    firesAt: 17,
  },
  { alert: 'ApiCreditsSealingBehind', series: { api_credits_hours_to_seal: '1x9 2x60' }, firesAt: 25 },
  {
    alert: 'ApiCreditsClosingBehind',
    series: { api_credits_closing_behind_seconds: '3600x9 3601x60' },
    firesAt: 20,
  },
  { alert: 'ApiCreditsOrgsSetAside', series: { api_credits_orgs_set_aside: '0x9 1x60' }, firesAt: 15 },
  {
    alert: 'ApiCreditsReconciliationDiffers',
    series: { 'api_credits_reconciliation_differences{name="rollup-differs"}': '0x9 1x60' },
    firesAt: 15,
  },
  {
    alert: 'ApiCreditsReconciliationStalled',
    // Promtool's clock begins at 0: the last step was in the fifth minute.
    series: { api_credits_reconciliation_last_step_timestamp_seconds: '300x90' },
    firesAt: 76,
  },
  {
    alert: 'ApiCreditsRequestsFail',
    series: {
      [`${REQUESTS}_count{route="/v1/orgs/:org/credits",status="200"}`]: '0+100x60',
      [`${REQUESTS}_count{route="/v1/orgs/:org/credits",status="503"}`]: '0x9 0+100x60',
      [`${REQUESTS}_count{route="/readyz",status="503"}`]: '0+100x60',
    },
    firesAt: 13,
  },
  {
    alert: 'ApiCreditsAnswersSlow',
    series: {
      [`${REQUESTS}_bucket{route="/v1/charges",status="200",le="2.5"}`]: '0+90x60',
      [`${REQUESTS}_bucket{route="/v1/charges",status="200",le="5"}`]: '0+90x9 900+100x60',
      [`${REQUESTS}_bucket{route="/v1/charges",status="200",le="+Inf"}`]: '0+90x9 900+100x60',
    },
    firesAt: 23,
  },
  {
    alert: 'ApiCreditsTimeZoneRulesOld',
    series: { api_credits_time_zone_rules_age_days: '365x9 366x90' },
    firesAt: 70,
  },
  {
    alert: 'ApiCreditsGateMissing',
    series: {
      'api_credits_gate_lease_partitions{instance="a"}': '12x70',
      'api_credits_gate_lease_partitions{instance="b"}': '12x70',
      'api_credits_gate_owned_partitions{instance="a"}': '6x70',
      'api_credits_gate_owned_partitions{instance="b"}': '6x9 5x60',
    },
    firesAt: 11,
  },
  {
    alert: 'ApiCreditsGateFails',
    series: {
      'api_credits_gate_lease_requests_total{instance="a",outcome="answered"}': '0+94x70',
      'api_credits_gate_lease_requests_total{instance="a",outcome="failed"}': '0x9 60+60x60',
    },
    firesAt: 12,
  },
  {
    alert: 'ApiCreditsGateWaitsForLanding',
    series: { api_credits_gate_landing_wait_seconds: '60x9 61x60' },
    firesAt: 12,
  },
];
