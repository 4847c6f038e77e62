"""Compares the vectors of the conformance kit with what call_event.py makes of them."""

import json
import pathlib
import sys

from call_event import LIMITS, Rejected, prepare


def verify(path):
    """Compares every vector with what this program makes of it. Returns how many differ."""
    vectors = json.loads(pathlib.Path(path).read_text('utf8'))
    random = bytes.fromhex(vectors['random'])
    differ = 0
    for vector in vectors['events']:
        limits = LIMITS | vector.get('limits', {})
        try:
            event_id, value = prepare(vector['input'], vectors['now_ms'], lambda _: random, limits)
            got = {'event_id': event_id, 'key': vector['input']['org_id'], 'bytes': value.hex()}
        except Rejected as rejection:
            got = {'reason': rejection.reason}
        expected = {name: vector[name] for name in ('event_id', 'key', 'bytes', 'reason') if name in vector}
        if got != expected:
            differ += 1
            print(f'{vector["name"]}: {got} instead of {expected}', file=sys.stderr)
    print(f'{len(vectors["events"])} vectors, {differ} differ')
    return differ
