import { eventClockEnvironment, eventClockOf, eventTime } from './event-clock.ts';

it('a clock of events runs so many times faster from when it is started', () => {
  const clock = { startedAt: 1_000, from: 50_000, speed: 60 };
  expect(eventTime(clock, 1_000)).toBe(50_000);
  expect(eventTime(clock, 3_000)).toBe(170_000);
});

it('reaches a program by its environment', () => {
  const clock = { startedAt: 1, from: 2, speed: 3 };
  const environment = eventClockEnvironment(clock);
  const read = (name: keyof typeof environment): number => Number(environment[name]);
  expect(
    eventClockOf({
      CLOCK_STARTED_AT: read('CLOCK_STARTED_AT'),
      CLOCK_FROM: read('CLOCK_FROM'),
      CLOCK_SPEED: read('CLOCK_SPEED'),
    }),
  ).toEqual(clock);
});
