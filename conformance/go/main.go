// Publishes call events to api-credits. Standard input has an event per line, as JSON; standard output gets the ids that
// Kafka has acknowledged. Exit code 1: some lines were not published, and standard error says why.
//
//	KAFKA_BROKERS=localhost:9092 go run . < events.ndjson
//	go run . --verify ../vectors.json
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	log.SetFlags(0)
	encoder, err := readSchema()
	var failed int64
	if err == nil && len(os.Args) == 3 && os.Args[1] == "--verify" {
		failed, err = verify(encoder, os.Args[2])
	} else if err == nil {
		failed, err = publish(encoder, os.Stdin)
	}
	if err != nil {
		log.Fatal(err)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// publish sends a JSON event per line and returns how many lines Kafka did not acknowledge; each of them is reported.
func publish(encoder *encoder, input io.Reader) (int64, error) {
	brokers, prefix := os.Getenv("KAFKA_BROKERS"), os.Getenv("TOPIC_PREFIX")
	if brokers == "" {
		return 0, errors.New("set KAFKA_BROKERS to the brokers, as host:port,host:port")
	}
	// franz-go's defaults are what the contract needs: acks=all, idempotent, partitions by murmur2 of the key. Produce
	// waits while 10,000 events are on their way.
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(brokers, ",")...),
		kgo.RecordDeliveryTimeout(5*time.Minute),
		kgo.WithLogger(kgo.BasicLogger(os.Stderr, kgo.LogLevelWarn, nil)),
	)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	ctx := context.Background()

	// The schema must be in Kafka before the first event written with it.
	schemas := prefix + "api-calls.schemas"
	announcement := &kgo.Record{Topic: schemas, Key: fmt.Appendf(nil, "%x", encoder.header[2:]), Value: []byte(encoder.text)}
	if err := client.ProduceSync(ctx, announcement).FirstErr(); err != nil {
		return 0, fmt.Errorf("Kafka did not take the schema: %w. Check KAFKA_BROKERS, and that the topic %s exists", err, schemas)
	}

	var failed atomic.Int64
	lines := bufio.NewScanner(input)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		random := make([]byte, 10)
		rand.Read(random) // Never fails (crypto/rand).
		event, err := encoder.prepare(lines.Bytes(), time.Now().UnixMilli(), random, defaults)
		if err != nil {
			failed.Add(1)
			log.Printf("line %d: %v. Correct it and publish it again.", number, err)
			continue
		}
		record := &kgo.Record{Topic: prefix + "api-calls", Key: []byte(event.Key), Value: event.Value}
		client.Produce(ctx, record, func(_ *kgo.Record, err error) {
			if err == nil {
				fmt.Println(event.ID)
				return
			}
			failed.Add(1)
			log.Printf("line %d: Kafka did not acknowledge it: %v. Publish it again with the event_id %s.", number, err, event.ID)
		})
	}
	if err := client.Flush(ctx); err != nil { // Until each event is acknowledged or failed.
		return failed.Load(), err
	}
	return failed.Load(), lines.Err()
}
