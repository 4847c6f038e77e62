package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
)

// verify compares every vector with what this program makes of it and returns how many differ.
func verify(encoder *encoder, path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	type result struct{ EventID, Key, Bytes, Reason string }
	var vectors struct {
		NowMs  int64 `json:"now_ms"`
		Random string
		Events []struct {
			Name               string
			Limits, Input      json.RawMessage
			EventID            string `json:"event_id"`
			Key, Bytes, Reason string
		}
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		return 0, err
	}
	random, err := hex.DecodeString(vectors.Random)
	if err != nil {
		return 0, err
	}
	var differ int64
	for _, vector := range vectors.Events {
		limits := defaults
		if vector.Limits != nil {
			if err := json.Unmarshal(vector.Limits, &limits); err != nil {
				return 0, err
			}
		}
		var got result
		var rejected *rejection
		event, err := encoder.prepare(vector.Input, vectors.NowMs, random, limits)
		if errors.As(err, &rejected) {
			got.Reason = rejected.reason
		} else if err != nil {
			return 0, fmt.Errorf("%s: %w", vector.Name, err)
		} else {
			got = result{event.ID, event.Key, hex.EncodeToString(event.Value), ""}
		}
		if expected := (result{vector.EventID, vector.Key, vector.Bytes, vector.Reason}); got != expected {
			differ++
			log.Printf("%s: %+v instead of %+v", vector.Name, got, expected)
		}
	}
	fmt.Printf("%d vectors, %d differ\n", len(vectors.Events), differ)
	return differ, nil
}
