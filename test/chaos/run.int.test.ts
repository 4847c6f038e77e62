import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { killConsumers } from '../consumers/consumer-process.ts';
import { npmStart, type NpmStart } from '../deploy/local/npm-start.ts';
import { runDataDir } from '../servers/addresses.ts';
import { freePorts, variablesOf } from './addresses.ts';
import { planInputs } from './inputs-plan.ts';
import { TWO_OF_EACH, type Fault } from './fault.ts';
import { runChaos } from './run.ts';
import { startChaosServers, type ChaosServers } from './servers.ts';

const FAULTS: readonly Fault[] = [
  { kind: 'kill', atMs: 500, forMs: 0, victim: 'aggregator' },
  { kind: 'freeze', atMs: 1_000, forMs: 1_000, victim: 'api' },
  { kind: 'redeliver', atMs: 0, forMs: 500, victim: 'consumer' },
  { kind: 'rival', atMs: 1_500, forMs: 2_000, victim: 'aggregator' },
  { kind: 'widen', atMs: 500, forMs: 0, victim: 'topic' },
  { kind: 'kill', atMs: 1_000, forMs: 0, victim: 'consumer-2' },
  { kind: 'kill', atMs: 1_500, forMs: 1_000, victim: 'kafka', brokers: [1] },
  { kind: 'kill', atMs: 1_500, forMs: 0, victim: 'clickhouse-2' },
  { kind: 'silence', atMs: 1_000, forMs: 1_500, victim: 'link to clickhouse-1' },
  { kind: 'cut', atMs: 3_000, forMs: 500, victim: 'link to clickhouse-1' },
  { kind: 'delay', atMs: 2_500, forMs: 1_000, victim: 'link to clickhouse-2' },
  { kind: 'delay', atMs: 1_000, forMs: 1_000, victim: 'link to kafka-3' },
  { kind: 'silence', atMs: 2_500, forMs: 1_000, victim: 'link to kafka-1' },
  { kind: 'full-disk', atMs: 500, forMs: 1_000, victim: 'clickhouse-1' },
  { kind: 'stutter', atMs: 500, forMs: 1_000, victim: 'clickhouse-2' },
  { kind: 'out-of-memory', atMs: 2_000, forMs: 2_000, victim: 'clickhouse-1' },
  { kind: 'read-only', atMs: 6_000, forMs: 1_000, victim: 'clickhouse-1' },
  // What was committed and not inserted is lost with the consumers: nothing delivers it again.
  { kind: 'kill-while-failing', atMs: 10_000, forMs: 0, victim: 'clickhouse-2' },
  { kind: 'jump', atMs: 500, forMs: 3_000, victim: 'aggregator-2', aheadMs: -1_800_000 },
  { kind: 'jump', atMs: 700, forMs: 3_000, victim: 'consumer', aheadMs: 3_600_000 },
  { kind: 'jump', atMs: 1_200, forMs: 3_000, victim: 'api-2', aheadMs: 120_000 },
  { kind: 'kill', atMs: 2_000, forMs: 0, victim: 'publisher' },
  { kind: 'kill', atMs: 2_500, forMs: 0, victim: 'consumer' },
  { kind: 'kill', atMs: 1_000, forMs: 0, victim: 'gate' },
  { kind: 'kill-while-delivering', atMs: 3_000, forMs: 0, victim: 'alerts' },
  { kind: 'kill', atMs: 5_000, forMs: 0, victim: 'gated publisher' },
  { kind: 'rival', atMs: 5_000, forMs: 2_000, victim: 'alerts' },
  { kind: 'jump', atMs: 7_000, forMs: 3_000, victim: 'alerts', aheadMs: -1_800_000 },
  { kind: 'jump', atMs: 8_000, forMs: 4_000, victim: 'gate', aheadMs: 3_600_000 },
  { kind: 'freeze', atMs: 9_000, forMs: 3_000, victim: 'gate-2' },
  { kind: 'kill', atMs: 12_500, forMs: 0, victim: 'gate-2' },
];
const SECONDS = 16;
const SECRET = 'a secret that only this test run knows';

const PARTITIONS = 6;
/**
 * Less than a minute and a half on a quiet machine; three brokers, two shards and two of each process beside other
 * suites on two busy cores have taken five minutes.
 */
const TIMEOUT_MS = 900_000;
let stack: NpmStart | undefined;
let servers: ChaosServers | undefined;
/** What the run has done so far: where it stood, if it is not done in time. */
const printed: string[] = [];
let done = false;
afterAll(async () => {
  if (!done) process.stderr.write(`${printed.join('\n')}\n`);
  stack?.kill('SIGTERM');
  await stack?.exited;
  await killConsumers();
  await servers?.stop();
});

it(
  'a stack whose processes, brokers, shards and topics suffer ends with every figure right',
  async () => {
    const dataDir = mkdtempSync(join(runDataDir(), 'chaos-'));
    const ports = await freePorts();
    const variables = { DATA_DIR: dataDir, JWT_SECRET: SECRET, ...variablesOf(ports) };
    servers = await startChaosServers(dataDir, 'org-hour', PARTITIONS);
    // Consumers have sessions of the default: on a busy machine shorter ones end all the time, and then nothing is
    // committed. Gates have shorter ones: so long calls wait for another one.
    const short = { GATHER_MS: '500', GATE_SESSION_MS: '3000' };
    stack = npmStart({ ...servers.variables, ...variables, ...short }, TWO_OF_EACH);
    await stack.untilPrinted('ready http://');
    const inputs = planInputs(1, SECONDS);
    const print = (line: string): void => void printed.push(line);
    const differences = await runChaos({
      seed: 1,
      seconds: SECONDS,
      faults: FAULTS,
      inputs,
      dataDir,
      secret: SECRET,
      ports,
      servers,
      print,
    });
    expect(differences).toEqual([]);
    const text = printed.join('\n');
    expect(text).toContain('aggregator killed');
    expect(text).toContain('api frozen for 1.0 s');
    expect(text).toContain('consumer killed');
    expect(text).toContain('consumer-2 killed');
    expect(text).toContain('clickhouse-2 killed');
    expect(text).toContain('kafka-2 killed, away for 1.0 s');
    expect(text).toContain('link to clickhouse-1 silent for 1.5 s, its connections stay open');
    expect(text).toContain('link to clickhouse-1 cut for 0.5 s');
    expect(text).toContain('link to clickhouse-2 slow for 1.0 s');
    expect(text).toContain('link to kafka-1 silent for 1.0 s');
    expect(text).toContain('disk of clickhouse-1 full for 1.0 s');
    expect(text).toContain('clickhouse-1 read-only for 1.0 s');
    expect(text).toContain('clickhouse-2 read-only until each consumer fails to insert');
    expect(text).toContain('clickhouse-1 out of memory for 2.0 s');
    expect(text).toContain('clock of consumer 3600 s ahead for 3.0 s');
    expect(text).toContain('2 partitions added to the call topic');
    expect(text).toMatch(/an API server killed 1 times had [1-9]\d* of [1-9]\d* calls/);
    expect(text).not.toContain('could not be injected');
    expect(text).toMatch(
      /31 of 31 faults injected; \d{3,} distinct calls published; [1-9]\d* requests for the current usage answered/,
    );
    // Faults may end those that were to be abandoned.
    expect(text).toMatch(/transactions: [1-9]\d* committed, [1-9]\d* aborted, \d+ abandoned/);
    expect(text).toMatch(/the limit of chaos-[345] is \d+/);
    expect(text).toContain('chaos-poisoned created in the time zone BST');
    expect(text).toContain('12000 junk schemas');
    expect(text).toMatch(/came before their schema: [1-9]\d* replayed and counted/);
    expect(text).toMatch(/a wave of \d{3} invalid records/);
    expect(text).toMatch(/asked gates: [1-9]\d* calls admitted, [1-9]\d* rejected/);
    expect(text).toMatch(
      /[1-9]\d* alerts raised, [1-9]\d* resolved; [1-9]\d* deliveries in [1-9]\d* attempts/,
    );
    done = true;
  },
  TIMEOUT_MS,
);
