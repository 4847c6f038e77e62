import { assert, constantFrom, integer, property, record, string, array } from 'fast-check';
import { encodeCallEvent } from '../../../schemas/call-event.ts';
import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { eraseRows } from '../../../store/erasures/erase-rows.ts';
import { ErasedUsers } from '../../../store/erasures/erased-users.ts';
import { digestOf, probeOf, pseudonymOf, type Erasure } from '../../../store/erasures/erasure.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../../consumers/event.ts';
import { readNative } from '../decode/native-reader.ts';

/** A short id, one beside it, and one whose length takes two bytes. */
const LONG = 'x'.repeat(128);
const USERS = ['7', '77', 'ann', LONG] as const;
const CUT = APPENDED_AT_MS - 1_000;

function erasureOf(userId: string, org_id: string, secret: string): Erasure {
  const user = Buffer.from(userId);
  return {
    id: secret,
    org_id,
    salt: '0a',
    digest: digestOf('0a', user),
    secret,
    probe: probeOf(user),
    cut: CUT,
    recorded_at: 0,
    kept_until: Infinity,
  };
}

const everywhere = erasureOf(LONG, '', '01');
const inOne = erasureOf('7', 'one', '02');
const erased = new ErasedUsers([everywhere, inOne]);

function expectedUser(user: string, org: string, at: number): string {
  if (at >= CUT) return user;
  if (user === LONG) return pseudonymOf(everywhere, org);
  return user === '7' && org === 'one' ? pseudonymOf(inOne, 'one') : user;
}

const call = record({
  user: constantFrom(...USERS),
  org: constantFrom('one', 'two'),
  ageMs: integer({ min: 0, max: 2_000 }),
  source: string({ maxLength: 40 }),
});

it('replaces the user and the address of exactly the erased calls, and nothing else of a batch', () => {
  assert(
    property(array(call, { maxLength: 30 }), (calls) => {
      const columns = new CallEventColumns(30);
      const transcoder = new Transcoder(LIMITS);
      calls.forEach(({ user, org, ageMs, source }, offset) => {
        const event = eventOf(
          { org_id: org, user_id: user, source_address: source, occurred_at: APPENDED_AT_MS - ageMs },
          offset,
        );
        transcoder.add(
          encodeCallEvent(event),
          { partition: 0, offset, appendedAtMs: APPENDED_AT_MS },
          columns,
        );
      });
      const before = readNative(columns.body());
      const changed = eraseRows(columns, erased);
      const expected = before.map((row, index) => {
        const { user = '', org = '', ageMs = 0 } = calls[index] ?? {};
        const user_id = expectedUser(user, org, APPENDED_AT_MS - ageMs);
        return user_id === user ? row : Object.assign(row, { user_id, source_address: user_id });
      });
      expect(readNative(columns.body())).toEqual(expected);
      // A batch whose insert is repeated.
      eraseRows(columns, erased);
      expect(readNative(columns.body())).toEqual(expected);
      expect(changed).toBe(
        calls.filter(({ user, org, ageMs }) => expectedUser(user, org, APPENDED_AT_MS - ageMs) !== user)
          .length,
      );
    }),
  );
});
