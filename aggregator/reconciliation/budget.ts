export interface ReconciliationBudget {
  /** From the start of a round to the next one. */
  readonly roundEveryMs: number;
  /** From one check of the logs to the next one. */
  readonly logsEveryMs: number;
  /** How long what was found must last to be a difference: longer than an insert is seen in one table and not in another. */
  readonly recurAfterMs: number;
  /** Offsets that are read again from Kafka, at random, whenever the logs are checked. */
  readonly recordsPerSample: number;
  /** The most that one step checks in each stage. */
  readonly eventsPerStep: number;
  readonly hoursPerStep: number;
  readonly orgsPerStep: number;
  /** Units with open differences that are checked again in each step. */
  readonly rechecksPerStep: number;
}

/**
 * D: a step takes about a CPU second of ClickHouse, and more where one hour has millions of events. With the pauses of
 * main.ts, 100M events of 10,000 organisations are 400 steps of usage and 500 of charges: a round of hours, and a
 * twentieth of a core.
 */
export const BUDGET: ReconciliationBudget = {
  roundEveryMs: 86_400_000,
  logsEveryMs: 60_000,
  recurAfterMs: 3_000,
  recordsPerSample: 5,
  eventsPerStep: 250_000,
  hoursPerStep: 240,
  orgsPerStep: 20,
  rechecksPerStep: 20,
};
