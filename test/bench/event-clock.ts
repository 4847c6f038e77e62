import { Type } from 'typebox';

/**
 * A clock of events that runs faster than the machine's, so that hours end within minutes. At `startedAt` of the
 * machine's clock it shows `from`; both are epoch milliseconds.
 */
export interface EventClock {
  readonly startedAt: number;
  readonly from: number;
  readonly speed: number;
}

/** The clock as the environment of a program. */
export const eventClockVariables = {
  CLOCK_STARTED_AT: Type.Integer(),
  CLOCK_FROM: Type.Integer(),
  CLOCK_SPEED: Type.Integer({ minimum: 1 }),
};

export const eventClockEnvironment = ({ startedAt, from, speed }: EventClock) => ({
  CLOCK_STARTED_AT: String(startedAt),
  CLOCK_FROM: String(from),
  CLOCK_SPEED: String(speed),
});

export const eventClockOf = (config: {
  readonly CLOCK_STARTED_AT: number;
  readonly CLOCK_FROM: number;
  readonly CLOCK_SPEED: number;
}): EventClock => ({
  startedAt: config.CLOCK_STARTED_AT,
  from: config.CLOCK_FROM,
  speed: config.CLOCK_SPEED,
});

/** What the clock shows at an instant of the machine's clock. */
export const eventTime = ({ startedAt, from, speed }: EventClock, at: number): number =>
  from + (at - startedAt) * speed;

/** The same as SQL, for `now()`. */
export const eventTimeSql = ({ startedAt, from, speed }: EventClock): string =>
  `fromUnixTimestamp64Milli(toInt64(${from} + (toUnixTimestamp64Milli(now64(3)) - ${startedAt}) * ${speed}), 'UTC')`;
