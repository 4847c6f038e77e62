import { readStartArguments } from '../../../deploy/local/arguments.ts';

describe('npm start', () => {
  it('starts one of each process, or as many as its options say', () => {
    expect(readStartArguments([])).toEqual({ consumer: 1, aggregator: 1, alerts: 1, gate: 0, api: 1 });
    expect(readStartArguments(['--consumers', '3', '--apis', '2', '--aggregators=2', '--gates=2'])).toEqual({
      consumer: 3,
      aggregator: 2,
      alerts: 1,
      gate: 2,
      api: 2,
    });
  });

  it('prints only its usage with --help', () => {
    expect(readStartArguments(['--help'])).toBeUndefined();
  });

  it.each([
    [['--consumers', '0'], '--consumers must be 1 to 9, not 0.'],
    [['--apis', '10'], '--apis must be 1 to 9, not 10.'],
    [['--aggregators', 'two'], '--aggregators must be a whole number, not "two".'],
    [['--brokers', '3'], "Unknown option '--brokers'"],
    [['3'], "Unexpected argument '3'"],
  ])('rejects %s with the usage', (args, problem) => {
    expect(() => readStartArguments(args)).toThrow(problem);
    expect(() => readStartArguments(args)).toThrow('npm start [-- --consumers N]');
  });
});
