import { ownRecord } from '../../../deploy/local/process-record.ts';
import { stackVariables } from '../../../deploy/local/stack-variables.ts';
import type { Stack } from '../../../deploy/local/stack.ts';

const login = (user: string) => ({ CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD_FILE: `/data/${user}` });
const SETTINGS = {
  KAFKA_BROKERS: '127.0.0.1:20001',
  CLICKHOUSE_URL: 'http://127.0.0.1:20002',
  JWT_SECRET_FILE: '/data/secret',
  ...login('reader'),
};
const given: Stack = { process: ownRecord(), url: 'http://127.0.0.1:8080', settings: SETTINGS, pids: {} };
const stack: Stack = {
  ...given,
  logins: {
    owner: login('owner'),
    writer: login('writer'),
    alerts: login('alerts'),
    reader: login('reader'),
    gate: login('gate'),
  },
};

describe('a program of the running stack', () => {
  it('takes the stack’s variables, and the login for what it does', () => {
    expect(stackVariables(stack, 'reader', {})).toEqual(SETTINGS);
    expect(stackVariables(stack, 'writer', {})).toEqual({ ...SETTINGS, ...login('writer') });
  });

  it('keeps what its environment gives', () => {
    const { KAFKA_BROKERS: _, ...others } = SETTINGS;
    expect(stackVariables(stack, 'reader', { KAFKA_BROKERS: 'broker:9092', PORT: '1' })).toEqual(others);
    expect(stackVariables(stack, 'reader', { KAFKA_BROKERS: '' })).toEqual(SETTINGS);
  });

  it('never sends the stack’s password to another server, nor for another user', () => {
    for (const name of [
      'CLICKHOUSE_URL',
      'CLICKHOUSE_USER',
      'CLICKHOUSE_PASSWORD',
      'CLICKHOUSE_PASSWORD_FILE',
    ]) {
      const taken = stackVariables(stack, 'writer', { [name]: 'own' });
      expect(Object.keys(taken)).not.toContain('CLICKHOUSE_PASSWORD_FILE');
      expect(Object.keys(taken)).not.toContain('CLICKHOUSE_USER');
    }
  });

  it('takes no second secret beside its own', () => {
    expect(Object.keys(stackVariables(stack, 'reader', { JWT_SECRET: 'own' }))).not.toContain(
      'JWT_SECRET_FILE',
    );
  });

  it('has no login of a given ClickHouse: who gives it gives one', () => {
    const { CLICKHOUSE_USER: _user, CLICKHOUSE_PASSWORD_FILE: _file, ...settings } = SETTINGS;
    expect(stackVariables({ ...given, settings }, 'writer', {})).toEqual(settings);
  });
});
