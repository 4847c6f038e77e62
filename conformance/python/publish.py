"""Publishes call events to api-credits. Standard input has an event per line, as JSON; standard output gets the ids that
Kafka has acknowledged. Exit code 1: some lines were not published, and standard error says why.

    KAFKA_BROKERS=localhost:9092 python publish.py < events.ndjson
    python publish.py --verify ../vectors.json
"""

import json
import os
import secrets
import sys
import time

from confluent_kafka import KafkaException, Producer

from call_event import FINGERPRINT, LIMITS, Rejected, SCHEMA_TEXT, prepare
from verify import verify


def publish(lines):
    """Publishes a JSON event per line. Returns how many lines Kafka did not acknowledge; each of them is reported."""
    brokers = os.environ.get('KAFKA_BROKERS') or sys.exit('Set KAFKA_BROKERS to the brokers, as host:port,host:port.')
    prefix = os.environ.get('TOPIC_PREFIX', '')
    # Idempotence includes acks=all, and keeps the order of an org's events when a request is sent again.
    # Every other client chooses partitions by murmur2; the default of librdkafka would split an org over two of them.
    producer = Producer({
        'bootstrap.servers': brokers,
        'enable.idempotence': True,
        'partitioner': 'murmur2_random',
    })  # fmt: skip
    announce(producer, f'{prefix}api-calls.schemas')
    failed = 0

    def report(number, event_id):
        def on_delivery(error, _message):
            nonlocal failed
            if error is None:
                print(event_id)
                return
            failed += 1
            print(f'line {number}: Kafka did not acknowledge it: {error}.', file=sys.stderr)
            print(f'Publish it again with the event_id {event_id}.', file=sys.stderr)

        return on_delivery

    try:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                event = json.loads(line)
                event_id, value = prepare(event, time.time_ns() // 1_000_000, secrets.token_bytes, LIMITS)
            except (Rejected, ValueError, RecursionError) as error:
                failed += 1
                problem = error if isinstance(error, Rejected) else f'it is not JSON: {error}'
                print(f'line {number}: {problem}. Correct it and publish it again.', file=sys.stderr)
                continue
            send(producer, f'{prefix}api-calls', event['org_id'], value, report(number, event_id))
    finally:
        producer.flush()  # Until each event is acknowledged, or was not within message.timeout.ms (5 minutes).
    return failed


def send(producer, topic, key, value, on_delivery):
    while True:
        producer.poll(0)  # Calls on_delivery of earlier events.
        try:
            return producer.produce(topic, key=key, value=value, on_delivery=on_delivery)
        except BufferError:  # As many events wait as may: go on when Kafka has taken some.
            producer.poll(1)
        except KafkaException as error:
            return on_delivery(error.args[0], None)


def announce(producer, topic):
    """The schema must be in Kafka before the first event written with it."""
    errors = []
    producer.produce(topic, key=FINGERPRINT.hex(), value=SCHEMA_TEXT, on_delivery=lambda error, _: errors.append(error))
    producer.flush()
    if errors != [None]:
        sys.exit(f'Kafka did not take the schema: {errors[0]}. Check KAFKA_BROKERS, and that the topic {topic} exists.')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--verify'] and len(sys.argv) == 3:
        sys.exit(1 if verify(sys.argv[2]) else 0)
    sys.exit(1 if publish(sys.stdin.buffer) else 0)
