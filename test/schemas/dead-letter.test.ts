import { formatPlace, parsePlace, replayOf } from '../../schemas/dead-letter.ts';

const place = { topic: 'staging.api-calls', partition: 12, offset: 345_678_901_234 };

describe('the id of a dead letter', () => {
  it('is its topic, partition and offset', () => {
    expect(formatPlace(place)).toBe('staging.api-calls/12/345678901234');
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  it.each([
    '',
    'api-calls',
    'api-calls/1',
    'api-calls/01/2',
    'api-calls/65536/2',
    'a/b/1/2',
    'api-calls/1/-2',
    'a\n/1/2',
  ])('is not %j', (text) => {
    expect(parsePlace(text)).toBeUndefined();
  });
});

const headers = (of: string | null, replay: string | null = null) =>
  new Map([
    ['replay_of', of === null ? null : Buffer.from(of)],
    ['replay', replay === null ? null : Buffer.from(replay)],
  ]);

describe('the headers of a replay', () => {
  it('name the dead letter and the request', () => {
    expect(replayOf(headers(formatPlace(place), 'r1'))).toEqual({ of: place, replay: 'r1' });
    expect(replayOf(headers(formatPlace(place)))).toEqual({ of: place, replay: '' });
  });

  it('are bounded, and junk is not a replay', () => {
    expect(replayOf(headers(formatPlace(place), 'x'.repeat(1_000)))?.replay).toHaveLength(64);
    expect(replayOf(headers('x'.repeat(10_000)))).toBeUndefined();
    expect(replayOf(headers(null))).toBeUndefined();
    expect(replayOf(new Map())).toBeUndefined();
  });
});
