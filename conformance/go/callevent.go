package main

// A call event as api-credits takes it: completed, validated, in Avro single-object encoding.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/soe"
)

type limits struct {
	FutureMs      int64 `json:"future_ms"`
	LatenessMs    int64 `json:"lateness_ms"`
	MaxEventBytes int   `json:"max_event_bytes"`
}

var defaults = limits{FutureMs: 5 * 60_000, LatenessMs: 35 * 86_400_000, MaxEventBytes: 64 * 1024}

// field is one of an event: a text of at most so many bytes, or an integer within its bounds.
type field struct {
	name             string
	required, isName bool
	maxBytes         int
	isInteger        bool
	least, greatest  int64
}

// fields are in the order in which the rules are checked.
var fields = []field{
	{name: "event_id", maxBytes: math.MaxInt},
	{name: "occurred_at", isInteger: true, least: math.MinInt64, greatest: math.MaxInt64},
	{name: "org_id", required: true, isName: true, maxBytes: 128},
	{name: "product", required: true, isName: true, maxBytes: 128},
	{name: "user_id", required: true, isName: true, maxBytes: 128},
	{name: "app_id", required: true, isName: true, maxBytes: 128},
	{name: "method", required: true, maxBytes: 128},
	{name: "endpoint", required: true, maxBytes: 2048},
	{name: "module", maxBytes: 128},
	{name: "rule", maxBytes: 128},
	{name: "rejection_cause", maxBytes: 128},
	{name: "source_address", maxBytes: 128},
	{name: "status", required: true, isInteger: true, least: 0, greatest: 999},
	{name: "credits", required: true, isInteger: true, least: math.MinInt64, greatest: math.MaxInt64},
	{name: "units", isInteger: true, least: 0, greatest: 1<<53 - 2},
	{name: "duration_ms", isInteger: true, least: 0, greatest: math.MaxInt32},
}

var uuidV7 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

var logicalType = regexp.MustCompile(`,\s*"logicalType":\s*"[^"]*"`)

// rejection is a broken rule. Correct the event: published again unchanged it fails again.
type rejection struct{ reason, detail string }

func (r *rejection) Error() string { return fmt.Sprintf("rejected (%s): %s", r.reason, r.detail) }

func reject(reason, format string, values ...any) error {
	return &rejection{reason, fmt.Sprintf(format, values...)}
}

type prepared struct {
	ID, Key string
	Value   []byte
}

type encoder struct {
	text   string
	schema avro.Schema
	header []byte // C3 01 and the fingerprint, the lowest byte first
}

func readSchema() (*encoder, error) {
	path := os.Getenv("CALL_EVENT_SCHEMA")
	if path == "" {
		path = "../../schemas/call-event.avsc"
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("set CALL_EVENT_SCHEMA to the path of call-event.avsc: %w", err)
	}
	// hamba/avro leaves logical types in the canonical form, which the Avro specification strips: the fingerprint would be
	// that of no announced schema.
	schema, err := avro.ParseBytes(logicalType.ReplaceAll(text, nil))
	if err != nil {
		return nil, err
	}
	header, err := soe.BuildHeader(schema)
	return &encoder{string(text), schema, header}, err
}

// prepare completes, validates and encodes an event, in the order of the contract.
func (e *encoder) prepare(line []byte, nowMs int64, random []byte, within limits) (*prepared, error) {
	texts, numbers, err := parse(line)
	if err != nil {
		return nil, err
	}
	occurredAt, ok := numbers["occurred_at"]
	if !ok {
		occurredAt = nowMs
	}
	text, ok := texts["event_id"]
	if !ok {
		if text, err = mintID(occurredAt, random); err != nil {
			return nil, err
		}
	}
	if !uuidV7.MatchString(text) {
		return nil, reject("event-id", "event_id is not a UUIDv7 in lower case")
	}
	var id [16]byte
	if _, err := hex.Decode(id[:], []byte(strings.ReplaceAll(text, "-", ""))); err != nil {
		return nil, err
	}
	if occurredAt < 0 || occurredAt>>48 != 0 || !bytes.Equal(id[:6], timeBytes(occurredAt)) {
		return nil, reject("event-id-time", "the time in event_id is not occurred_at, %d", occurredAt)
	}
	for _, field := range fields {
		value, reason := texts[field.name], strings.ReplaceAll(field.name, "_", "-")
		if field.isName && (value == "" || strings.ContainsFunc(value, unicode.IsControl)) {
			return nil, reject(reason, "%s is empty or has control characters", field.name)
		}
		if !field.isInteger && len(value) > field.maxBytes {
			return nil, reject(reason, "%s has more than %d bytes", field.name, field.maxBytes)
		}
	}
	credits, status := numbers["credits"], numbers["status"]
	if credits < 0 || credits > 1_000_000 {
		return nil, reject("credits", "%d credits are not between 0 and 1,000,000", credits)
	}
	if status == 429 && credits > 0 {
		return nil, reject("rejected-with-credits", "a call with status 429 must cost 0 credits")
	}
	if occurredAt-nowMs > within.FutureMs {
		return nil, reject("future-dated", "occurred_at lies %d ms ahead", occurredAt-nowMs)
	}
	if nowMs-occurredAt > within.LatenessMs {
		return nil, reject("too-late", "occurred_at lies %d ms back", nowMs-occurredAt)
	}
	event := map[string]any{"event_id": id, "occurred_at": occurredAt, "duration_ms": nil}
	for _, field := range fields[2:] {
		number, given := numbers[field.name]
		switch {
		case !field.isInteger:
			event[field.name] = texts[field.name]
		case field.name == "units":
			event[field.name] = number
		case given:
			event[field.name] = int(number)
		}
	}
	body, err := avro.Marshal(e.schema, event)
	if err != nil {
		return nil, err
	}
	value := slices.Concat(e.header, body)
	if size := len(value) + len(texts["org_id"]) + 20; size > within.MaxEventBytes {
		return nil, reject("too-large", "it has %d bytes, the limit is %d", size, within.MaxEventBytes)
	}
	return &prepared{text, texts["org_id"], value}, nil
}

// parse returns the texts and the integers of an event; a duration of null is left out.
func parse(line []byte) (map[string]string, map[string]int64, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, nil, reject("shape", "it is not JSON: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, nil, reject("shape", "something follows the JSON value")
	}
	event, ok := value.(map[string]any)
	if !ok {
		return nil, nil, reject("shape", "it is not a JSON object")
	}
	texts, numbers := map[string]string{}, map[string]int64{}
	for _, field := range fields {
		value, given := event[field.name]
		delete(event, field.name)
		if !given && field.required {
			return nil, nil, reject("shape", "%s is missing", field.name)
		}
		if !given || field.name == "duration_ms" && value == nil {
			continue
		}
		if !field.isInteger {
			if texts[field.name], ok = value.(string); !ok {
				return nil, nil, reject("shape", "%s is not a text", field.name)
			}
			continue
		}
		literal, _ := value.(json.Number)
		number, err := literal.Int64()
		if err != nil || number < field.least || number > field.greatest {
			return nil, nil, reject("shape", "%s is not an integer from %d to %d", field.name, field.least, field.greatest)
		}
		numbers[field.name] = number
	}
	for name := range event {
		return nil, nil, reject("shape", "%s is not a field", name)
	}
	return texts, numbers, nil
}

// mintID makes a UUIDv7: 48 bits of milliseconds, then random bits around the version and the variant.
func mintID(occurredAt int64, random []byte) (string, error) {
	if occurredAt < 0 || occurredAt>>48 != 0 {
		return "", reject("event-id-time", "occurred_at %d does not fit the 48 bits of an id", occurredAt)
	}
	id := append(timeBytes(occurredAt), random[:10]...)
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), nil
}

func timeBytes(ms int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(ms))[2:] }
