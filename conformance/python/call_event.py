"""A call event as api-credits takes it: completed, validated, in Avro single-object encoding."""

import io
import json
import os
import pathlib
import re
import sys
import unicodedata
import uuid

import fastavro

SCHEMA_FILE = os.environ.get('CALL_EVENT_SCHEMA') or pathlib.Path(__file__).parents[2] / 'schemas/call-event.avsc'
try:
    SCHEMA_TEXT = pathlib.Path(SCHEMA_FILE).read_text('utf8')
except OSError as error:
    sys.exit(f'{error}. Set CALL_EVENT_SCHEMA to the path of call-event.avsc.')
SCHEMA = fastavro.parse_schema(json.loads(SCHEMA_TEXT))
CANONICAL = fastavro.schema.to_parsing_canonical_form(SCHEMA)
# The eight bytes of the fingerprint, the lowest first.
FINGERPRINT = bytes.fromhex(fastavro.schema.fingerprint(CANONICAL, 'CRC-64-AVRO'))
LIMITS = {'future_ms': 5 * 60_000, 'lateness_ms': 35 * 86_400_000, 'max_event_bytes': 64 * 1024}

ANY = (-(2**63), 2**63 - 1)
# What an event may have: its type, and for integers the least and the greatest value.
FIELDS = {
    'event_id': str, 'occurred_at': ANY, 'org_id': str, 'product': str, 'user_id': str, 'app_id': str, 'method': str,
    'endpoint': str, 'module': str, 'status': (0, 999), 'credits': ANY, 'rule': str, 'units': (0, 2**53 - 2),
    'rejection_cause': str, 'source_address': str, 'duration_ms': (0, 2**31 - 1),
}  # fmt: skip
REQUIRED = ('org_id', 'product', 'user_id', 'app_id', 'method', 'endpoint', 'status', 'credits')
DEFAULTS = {'module': '', 'rule': '', 'units': 0, 'rejection_cause': '', 'source_address': '', 'duration_ms': None}
NAMES = ('org_id', 'product', 'user_id', 'app_id')
TEXTS = {'method': 128, 'endpoint': 2048, 'module': 128, 'rule': 128, 'rejection_cause': 128, 'source_address': 128}
UUID_V7 = re.compile(r'[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}')


class Rejected(Exception):
    """The event breaks a rule. Correct it: published again unchanged it fails again."""

    def __init__(self, reason, detail):
        super().__init__(f'rejected ({reason}): {detail}')
        self.reason = reason


def prepare(event, now_ms, random, limits):
    """Completes, validates and encodes an event, in the order of the contract. Returns its id and the record's value.

    random returns that many random bytes.
    """
    check_shape(event)
    event = DEFAULTS | {'occurred_at': now_ms} | event
    occurred_at = event['occurred_at']
    if 'event_id' not in event:
        event['event_id'] = mint_id(occurred_at, random)
    if not UUID_V7.fullmatch(event['event_id']):
        raise Rejected('event-id', 'event_id is not a UUIDv7 in lower case')
    event_id = uuid.UUID(event['event_id'])
    if event_id.int >> 80 != occurred_at:
        raise Rejected('event-id-time', f'the time in event_id is not occurred_at, {occurred_at}')
    for name in NAMES:
        size = len(event[name].encode())
        if not 1 <= size <= 128 or any(unicodedata.category(character) == 'Cc' for character in event[name]):
            raise Rejected(name.replace('_', '-'), f'{name} needs 1 to 128 bytes without control characters')
    for name, most in TEXTS.items():
        if len(event[name].encode()) > most:
            raise Rejected(name.replace('_', '-'), f'{name} has more than {most} bytes')
    if not 0 <= event['credits'] <= 1_000_000:
        raise Rejected('credits', f'{event["credits"]} credits are not between 0 and 1,000,000')
    if event['status'] == 429 and event['credits'] > 0:
        raise Rejected('rejected-with-credits', 'a call with status 429 must cost 0 credits')
    if occurred_at - now_ms > limits['future_ms']:
        raise Rejected('future-dated', f'occurred_at lies {occurred_at - now_ms} ms ahead')
    if now_ms - occurred_at > limits['lateness_ms']:
        raise Rejected('too-late', f'occurred_at lies {now_ms - occurred_at} ms back')
    body = io.BytesIO()
    fastavro.schemaless_writer(body, SCHEMA, event | {'event_id': event_id.bytes})
    value = b'\xc3\x01' + FINGERPRINT + body.getvalue()
    size = len(value) + len(event['org_id'].encode()) + 20
    if size > limits['max_event_bytes']:
        raise Rejected('too-large', f'it has {size} bytes, the limit is {limits["max_event_bytes"]}')
    return event['event_id'], value


def check_shape(event):
    if not isinstance(event, dict):
        raise Rejected('shape', 'it is not a JSON object')
    for name in REQUIRED:
        if name not in event:
            raise Rejected('shape', f'{name} is missing')
    for name, value in event.items():
        kind = FIELDS.get(name)
        if kind is None:
            raise Rejected('shape', f'{name} is not a field')
        if name == 'duration_ms' and value is None:
            continue
        if kind is str:
            if not isinstance(value, str) or re.search('[\ud800-\udfff]', value):
                raise Rejected('shape', f'{name} is not a text, or has half a character (a lone surrogate)')
        elif type(value) is not int or not kind[0] <= value <= kind[1]:  # isinstance would let a boolean pass.
            raise Rejected('shape', f'{name} is not an integer from {kind[0]} to {kind[1]}')


def mint_id(occurred_at, random):
    """A UUIDv7: 48 bits of milliseconds, then random bits around the version and the variant."""
    if not 0 <= occurred_at < 2**48:
        raise Rejected('event-id-time', f'occurred_at {occurred_at} does not fit the 48 bits of an id')
    number = occurred_at << 80 | int.from_bytes(random(10), 'big')
    number = number & ~(0xF << 76) & ~(0b11 << 62) | 7 << 76 | 0b10 << 62
    return str(uuid.UUID(int=number))
