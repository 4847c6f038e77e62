import { resolve } from 'node:path';
import { readLocalConfig } from '../../../deploy/local/config.ts';

describe('the settings of npm start', () => {
  it('have defaults for everything', () => {
    const config = readLocalConfig({});
    expect(config).toMatchObject({ PORT: 8080, DATA_DIR: resolve('.data'), REPLAY: 'sample' });
    expect([config.KAFKA_BROKERS, config.CLICKHOUSE_URL]).toEqual(['', '']);
  });

  it('report all mistakes together, those of the processes it will start too', () => {
    expect(() => readLocalConfig({ PORT: 'http', REPLAY: 'all', BLOCK_ROWS: '0' })).toThrow(
      /BLOCK_ROWS[^]*PORT[^]*REPLAY/,
    );
  });
});
