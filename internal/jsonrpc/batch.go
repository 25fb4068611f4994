package jsonrpc

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
)

// BatchRevision is the only revision of MCP that has batches.
//
// https://modelcontextprotocol.io/specification/2025-03-26/basic#batching
const BatchRevision = "2025-03-26"

// Limits of a batch, whose answers are kept in memory until the last is ready.
const (
	MaxBatch       = 100     // messages in a batch
	MaxBatchAnswer = 8 << 20 // bytes of all answers together
	atATime        = 8       // messages that are handled at the same time
)

// IsBatch reports whether text, which Trim has trimmed, is a batch.
func IsBatch(text []byte) bool { return len(text) > 0 && text[0] == '[' }

// Members returns the messages of a batch, which came in a session of the given
// revision of MCP.
func Members(text []byte, revision string) ([]json.RawMessage, *Failure) {
	if failure := Bounded(text); failure != nil {
		return nil, &Failure{Code: failure.Code, Message: failure.Message} // the id is a member's
	}
	var members []json.RawMessage
	switch err := json.Unmarshal(text, &members); {
	case err != nil:
		return nil, &Failure{Code: parseError, Message: "the message is not valid JSON"}
	case revision != BatchRevision:
		return nil, &Failure{Code: invalidRequest, Message: fmt.Sprintf(
			"batches exist in MCP %s only, which is not the version in use: send each message by itself", BatchRevision)}
	case len(members) == 0:
		return nil, &Failure{Code: invalidRequest, Message: "the batch is empty"}
	case len(members) > MaxBatch:
		return nil, &Failure{Code: invalidRequest, Message: fmt.Sprintf(
			"the batch has %d messages; send at most %d at a time", len(members), MaxBatch)}
	}
	return members, nil
}

// Answer handles the members of a batch, several at a time, and returns their
// answers as one message, or nil if there is no answer. handle may return nil.
func Answer(members []json.RawMessage, handle func(*Message) []byte) []byte {
	answers := make([][]byte, len(members))
	var size atomic.Int64
	var running sync.WaitGroup
	slots := make(chan struct{}, atATime)
	for i, text := range members {
		m, failure := member(text)
		if failure != nil {
			answers[i] = failure.Encode()
			continue
		}
		if !m.IsRequest() {
			handle(m)
			continue
		}
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			answer := handle(m)
			if size.Add(int64(len(answer))) > MaxBatchAnswer {
				answer = tooLarge(m.ID).Encode()
			}
			answers[i] = answer
		})
	}
	running.Wait()
	return join(answers)
}

func tooLarge(id json.RawMessage) *Failure {
	return &Failure{id, internalError, fmt.Sprintf(
		"the answers of this batch have more than %d MiB together: send this request by itself", MaxBatchAnswer>>20)}
}

func member(text []byte) (*Message, *Failure) {
	m, failure := Parse(text)
	if failure == nil && m.Method == "initialize" && m.ID != nil {
		failure = &Failure{m.ID, invalidRequest, "initialize cannot be part of a batch"}
	}
	return m, failure
}

func join(answers [][]byte) []byte {
	var out []byte
	for _, answer := range answers {
		if answer != nil {
			out = append(append(out, ','), answer...)
		}
	}
	if out == nil {
		return nil
	}
	out[0] = '['
	return append(out, ']')
}
