import { Type } from 'typebox';
import { CALL_EVENT_COLUMNS, CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { InsertError, Inserts } from '../../../consumers/write/inserts.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { encodeCallEvent, type CallEvent } from '../../../schemas/call-event.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../event.ts';
import { openLandingStack, type LandingStack } from '../landing-stack.ts';
import { enforceSourceRetention } from '../../../store/source-retention.ts';
import { readNative, type NativeRow } from '../../store/decode/native-reader.ts';

let stack: LandingStack;
let inserts: Inserts;
beforeAll(async () => {
  stack = await openLandingStack('inserts');
  // These events are older than their source addresses are kept.
  await enforceSourceRetention(stack.settings, 18_250);
  inserts = new Inserts(stack.settings);
});
afterAll(async () => {
  inserts.close();
  await stack.close();
});

function columnsOf(events: readonly CallEvent[], limits = LIMITS): CallEventColumns {
  const columns = new CallEventColumns(events.length);
  const transcoder = new Transcoder(limits);
  events.forEach((event, offset) => {
    const at = { partition: offset % 7, offset, appendedAtMs: APPENDED_AT_MS };
    expect(transcoder.add(encodeCallEvent(event), at, columns)).toBeUndefined();
  });
  return columns;
}

const land = (columns: CallEventColumns) =>
  inserts.insert('call_events', CALL_EVENT_COLUMNS, 'Native', columns.body());

const Stored = Type.Object({ row: Type.Array(Type.Union([Type.String(), Type.Null()])) });
const asTexts = CALL_EVENT_COLUMNS.split(', ')
  .map((name) => (name.endsWith('_at') ? `toUnixTimestamp64Milli(${name})` : name))
  .map((column) => `toString(${column})`);

const count = async () =>
  (
    await stack.ask(Type.Object({ calls: Type.Integer() }), 'SELECT count() AS calls FROM call_events FINAL')
  )[0]?.calls;

describe('a Native block', () => {
  it('is stored exactly as it was written, column by column', async () => {
    const events = Array.from({ length: 3_000 }, (_, index) =>
      eventOf(
        {
          occurred_at: APPENDED_AT_MS - index * 997,
          org_id: `org-${index % 11} ünï 😀`,
          endpoint: `/${'p'.repeat((index * 7) % 2_000)}`,
          status: index % 5 === 0 ? -(2 ** 31) : 2 ** 31 - 1,
          credits: (index * 333) % 1_000_001,
          units: index % 2 === 0 ? -(2 ** 52) + index : index,
          duration_ms: index % 3 === 0 ? null : -index,
          module: index % 4 === 0 ? '' : `module-${index % 13}`,
        },
        index,
      ),
    );
    const columns = columnsOf(events);
    await land(columns);
    const stored = await stack.ask(
      Stored,
      `SELECT [${asTexts.join(', ')}] AS row FROM call_events FINAL ORDER BY kafka_offset`,
    );
    const sent = readNative(columns.body()).map((row: NativeRow) =>
      Object.values(row).map((value) => (value === null ? null : String(value))),
    );
    expect(stored.map(({ row }) => row)).toEqual(sent);
  });

  it('that is repeated changes nothing', async () => {
    const columns = columnsOf([eventOf({}, 'repeated')]);
    const before = (await count()) ?? 0;
    for (let time = 0; time < 3; time += 1) await land(columns);
    expect(await count()).toBe(before + 1);
  });

  it('may span a year of days, which are a partition each', async () => {
    const before = (await count()) ?? 0;
    const days = Array.from({ length: 366 }, (_, day) =>
      eventOf({ occurred_at: APPENDED_AT_MS - day * 86_400_000 }, `day ${day}`),
    );
    await land(columnsOf(days, { ...LIMITS, latenessMs: 366 * 86_400_000 }));
    expect(await count()).toBe(before + 366);
  });
});

describe('an insert that ClickHouse did not acknowledge', () => {
  it('is an error that says what was wrong: a table that does not exist', async () => {
    const landing = inserts.insertRows('no_such_table', [{ a: 1 }]);
    await expect(landing).rejects.toThrow(InsertError);
    await expect(landing).rejects.toThrow(/no_such_table/);
  });

  it('is an error when bytes are missing, and nothing of it is stored', async () => {
    const before = await count();
    const pieces = columnsOf([eventOf({}, 'cut one'), eventOf({}, 'cut two')]).body();
    const cut = [Buffer.concat(pieces).subarray(0, -5)];
    await expect(inserts.insert('call_events', CALL_EVENT_COLUMNS, 'Native', cut)).rejects.toThrow(
      InsertError,
    );
    expect(await count()).toBe(before);
  });

  it('is an error when no server listens', async () => {
    const unreachable = new Inserts({ ...stack.settings, CLICKHOUSE_URL: 'http://127.0.0.1:1' });
    await expect(unreachable.insertRows('landed_ranges', [{ topic: 'x' }])).rejects.toThrow(/ECONNREFUSED/);
    unreachable.close();
  });
});
