"""Writes resolution-vectors.json: events of other writer schemas, and what fastavro makes of them.

Run it by hand with fastavro 1.13 after a change of schemas/call-event.avsc:
    python3 test/store/decode/resolution-vectors.py > test/store/decode/resolution-vectors.json
"""
import copy
import io
import json
import pathlib
import sys

from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.schema import fingerprint, to_parsing_canonical_form

ROOT = pathlib.Path(__file__).resolve().parents[3]


def without_logical_types(schema):
    """Ids stay bytes and instants longs, so that values can be compared as JSON."""
    if isinstance(schema, dict):
        return {key: without_logical_types(value) for key, value in schema.items() if key not in ('logicalType', 'doc')}
    if isinstance(schema, list):
        return [without_logical_types(each) for each in schema]
    return schema


CONTRACT = without_logical_types(json.loads((ROOT / 'schemas/call-event.avsc').read_text()))
EVENT = {
    'event_id': bytes.fromhex('019de1f0e8007abc8def0123456789ab'),
    'occurred_at': 0x019DE1F0E800,
    'org_id': 'net-83', 'product': 'crm', 'user_id': '\u00fcn\u00ef', 'app_id': '-', 'method': 'GET', 'endpoint': '/',
    'module': 'leads', 'status': 200, 'credits': 3, 'rule': 'bytes', 'units': 5, 'rejection_cause': '',
    'source_address': '', 'duration_ms': 12,
}


def schema(change=None, **replaced):
    made = copy.deepcopy(CONTRACT)
    for field in made['fields']:
        if field['name'] in replaced:
            field['type'] = replaced[field['name']]
            field.pop('default', None)
    if change:
        change(made)
    return made


def drop(*names):
    def change(made):
        made['fields'] = [field for field in made['fields'] if field['name'] not in names]
    return change


def rename(**changes):
    return lambda made: made.update(changes)


def add(*fields):
    return lambda made: made['fields'].extend(fields)


def alias_field(made):
    for field in made['fields']:
        if field['name'] == 'org_id':
            field.update(name='tenant', aliases=['org_id'])


FIXED = {'type': 'fixed', 'name': 'EventId', 'size': 16}
CASES = [
    ('the contract itself', schema(), {}),
    ('union with null first', schema(module=['null', 'string']), {}),
    ('union with null last', schema(module=['string', 'null']), {}),
    ('union with null, and null', schema(module=['null', 'string']), {'module': None}),
    ('every field a union with null', schema(**{field['name']: ['null', field['type']] for field in CONTRACT['fields'] if field['name'] != 'duration_ms'}), {}),
    ('union of int and long for a long', schema(units=['int', 'long']), {'units': 2 ** 40}),
    ('union of int and null for an int', schema(credits=['int', 'null']), {}),
    ('union of long and int for an int, an int', schema(credits=['int', 'string']), {'credits': 4}),
    ('union of int and string for an int, a string', schema(credits=['int', 'string']), {'credits': '4'}),
    ('int for a long', schema(units='int'), {}),
    ('int for an instant', schema(occurred_at='int'), {'occurred_at': 5}),
    ('long for an int', schema(credits='long'), {}),
    ('float for an int', schema(credits='float'), {'credits': 3.0}),
    ('double for a long', schema(units='double'), {'units': 5.0}),
    ('boolean for an int', schema(credits='boolean'), {'credits': True}),
    ('bytes for a string', schema(module='bytes'), {'module': 'leads'.encode()}),
    ('bytes that are not UTF-8 for a string', schema(module='bytes'), {'module': b'\xff\xfe'}),
    ('enum for a string', schema(method={'type': 'enum', 'name': 'Method', 'symbols': ['GET', 'POST']}), {}),
    ('duration always there', schema(duration_ms='int'), {}),
    ('duration never there', schema(duration_ms='null'), {'duration_ms': None}),
    ('duration with the branches turned round', schema(duration_ms=['int', 'null']), {}),
    ('duration with the branches turned round, and null', schema(duration_ms=['int', 'null']), {'duration_ms': None}),
    ('duration as a long', schema(duration_ms=['null', 'long']), {}),
    ('duration as a long, and null', schema(duration_ms=['null', 'long']), {'duration_ms': None}),
    ('another namespace', schema(rename(namespace='com.example.metering')), {}),
    ('no namespace', schema(lambda made: made.pop('namespace')), {}),
    ('a full name', schema(lambda made: (made.pop('namespace'), made.update(name='com.example.CallEvent'))), {}),
    ('another name', schema(rename(name='ApiCall')), {}),
    ('another name with an alias', schema(rename(name='ApiCall', aliases=['io.apicredits.CallEvent'])), {}),
    ('a fixed of another namespace', schema(event_id=dict(FIXED, name='com.example.EventId')), {}),
    ('a fixed of another name', schema(event_id=dict(FIXED, name='Uuid')), {}),
    ('a fixed of another size', schema(event_id=dict(FIXED, size=15)), {'event_id': bytes(15)}),
    ('bytes for the fixed', schema(event_id='bytes'), {}),
    ('a field renamed, with an alias of the writer', schema(alias_field), {'tenant': 'net-83'}),
    ('fields with defaults left out', schema(drop('module', 'rule', 'units', 'rejection_cause', 'source_address', 'duration_ms')), {}),
    ('a field without a default left out', schema(drop('org_id')), {}),
    ('fields in another order', schema(lambda made: made['fields'].reverse()), {}),
    ('an additional union, list, map, record and enum', schema(add(
        {'name': 'note', 'type': ['null', 'string', 'double']},
        {'name': 'tags', 'type': {'type': 'array', 'items': 'string'}},
        {'name': 'extra', 'type': {'type': 'map', 'values': 'long'}},
        {'name': 'place', 'type': {'type': 'record', 'name': 'Place', 'fields': [{'name': 'zone', 'type': 'string'}]}},
        {'name': 'tier', 'type': {'type': 'enum', 'name': 'Tier', 'symbols': ['A', 'B']}},
    )), {'note': 0.5, 'tags': ['a', 'b'], 'extra': {'k': -1}, 'place': {'zone': 'eu'}, 'tier': 'B'}),
    ('an event in a union', ['null', schema()], {}),
]


def main():
    vectors = []
    reader = parse_schema(copy.deepcopy(CONTRACT))
    for title, raw, changes in CASES:
        written = json.loads(json.dumps(raw))
        writer = parse_schema(raw)
        body = io.BytesIO()
        schemaless_writer(body, writer, dict(EVENT, **changes))
        try:
            event = schemaless_reader(io.BytesIO(body.getvalue()), writer, reader)
            event['event_id'] = event['event_id'].hex()
        except Exception:
            event = None
        vectors.append({
            'title': title,
            'schema': written,
            'fingerprint': fingerprint(to_parsing_canonical_form(writer), 'CRC-64-AVRO'),
            'body': body.getvalue().hex(),
            'event': event,
        })
    json.dump(vectors, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write('\n')


main()
