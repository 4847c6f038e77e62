import { ClickHouseError } from '@clickhouse/client';
import { Value } from 'typebox/value';
import { clickhouseProblem } from '../../../api/problems/clickhouse.ts';
import { Problem, PROBLEMS } from '../../../api/problems/problem.ts';
import { ProblemSchema } from '../../../api/problems/schema.ts';

const answered = (code: string, message = ''): ClickHouseError =>
  new ClickHouseError({ code, message, type: '' });

describe('a problem document', () => {
  it.each(Object.entries(PROBLEMS))(
    'of type %s matches the schema, with the status of its type',
    (type, { status }) => {
      const known = Object.keys(PROBLEMS).find((name): name is keyof typeof PROBLEMS => name === type);
      const document = new Problem(known ?? 'internal-error', 'what to do').document();
      expect(document).toMatchObject({ type, status, detail: 'what to do', errors: [] });
      expect(Value.Check(ProblemSchema, document)).toBe(true);
    },
  );
});

describe('an error of ClickHouse', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'])(
    'in its connection (%s) is a 503 to retry',
    (code) => {
      const problem = clickhouseProblem(Object.assign(new Error('connect'), { code }));
      expect(problem).toMatchObject({ status: 503, code: 'unavailable', headers: { 'retry-after': '2' } });
    },
  );

  it.each([
    [answered('60', 'Table does not exist'), 'unavailable'],
    [answered('202', 'Too many simultaneous queries'), 'unavailable'],
    [answered('516', 'Authentication failed'), 'unavailable'],
    [answered('192', 'There is no such user'), 'unavailable'],
    [answered('279', 'All connection tries failed'), 'unavailable'],
    [answered('32', 'Attempt to read after eof'), 'unavailable'],
    [answered('159', 'Timeout exceeded'), 'query-timeout'],
    [answered('396', 'Limit for result exceeded'), 'too-many-rows'],
    [answered('241', 'Query memory limit exceeded'), 'query-too-large'],
    [answered('241', '(total) memory limit exceeded'), 'unavailable'],
    [new Error('Timeout error.'), 'unavailable'],
    [new Error('socket hang up'), 'unavailable'],
  ])('%s is the problem %s', (error, type) => {
    expect(clickhouseProblem(error)?.code).toBe(type);
  });

  it.each([answered('62', 'Syntax error'), new Error('row of an unexpected shape'), 'text', undefined])(
    '%s is an internal error',
    (error) => {
      expect(clickhouseProblem(error)).toBeUndefined();
    },
  );
});
