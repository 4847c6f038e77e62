import { readDeadLetterArguments } from '../../cli/dead-letter-arguments.ts';

it.each([
  [[], /^Name an action/],
  [['burn'], /^There is no action burn/],
  [['show'], /^Name one dead letter to show/],
  [['show', 'calls-1-2'], /^calls-1-2 is not a dead letter: write TOPIC\/PARTITION\/OFFSET/],
  [['check', 'calls/1/2'], /^check takes no calls\/1\/2/],
  [['list', '--countable'], /^--countable is not an option of list/],
  [['list', '--limit', '0'], /^--limit must be a number from 1 to 1000/],
  [['list', '--partition', '65536'], /^--partition must be at most/],
  [['list', '--from', 'today'], /^--from must be an instant/],
  [['list', '--from', '2026-11-22T00:00:00Z', '--to', '2026-11-22T00:00:00Z'], /^--to must be later/],
  [['check', '--state', 'closed'], /^--state must be one of open, counted, quarantined-again/],
  [['check', '--reason', 'bad'], /^There is no reason bad/],
  [['export'], /^--file is missing/],
  [['replay'], /^Name dead letters to replay, or a filter, or --countable/],
  [['replay', 'calls/1/2', '--countable'], /^Name either dead letters or options/],
])('%j is rejected with a reason, and the usage', (args, reason) => {
  expect(() => readDeadLetterArguments(args)).toThrow(reason);
  expect(() => readDeadLetterArguments(args)).toThrow(/npm run letters -- replay ID/);
});

describe('what is checked and replayed', () => {
  it('is open, unless the state is given', () => {
    expect(readDeadLetterArguments(['check', '--org', 'acme'])).toEqual({
      action: 'check',
      filters: { state: 'open', org: 'acme' },
    });
    expect(readDeadLetterArguments(['replay', '--state', 'quarantined-again'])).toEqual({
      action: 'replay',
      filters: { state: 'quarantined-again' },
      onlyCountable: false,
    });
  });

  it('is what is named, in whatever state', () => {
    expect(readDeadLetterArguments(['replay', 'a.calls/1/2', 'a.calls/0/0'])).toEqual({
      action: 'replay',
      places: [
        { topic: 'a.calls', partition: 1, offset: 2 },
        { topic: 'a.calls', partition: 0, offset: 0 },
      ],
    });
  });
});
