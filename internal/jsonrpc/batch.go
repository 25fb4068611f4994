package jsonrpc

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
)

// BatchRevision is the one revision of MCP that has batches.
//
// https://modelcontextprotocol.io/specification/2025-03-26/basic#batching
const BatchRevision = "2025-03-26"

// Bounds of a batch. Its answers wait for each other, so they are kept together.
const (
	MaxBatch       = 100     // messages
	MaxBatchAnswer = 8 << 20 // bytes of all answers
	atATime        = 8       // messages
)

// IsBatch reports whether a trimmed message is a batch.
func IsBatch(text []byte) bool { return len(text) > 0 && text[0] == '[' }

// Members are the messages of a batch that came in a session of this revision.
func Members(text []byte, revision string) ([]json.RawMessage, *Failure) {
	if failure := Bounded(text); failure != nil {
		return nil, &Failure{nil, failure.Code, failure.Message} // an id in it is that of a member
	}
	var members []json.RawMessage
	switch err := json.Unmarshal(text, &members); {
	case err != nil:
		return nil, &Failure{Code: mcp.PARSE_ERROR, Message: "the message is not valid JSON"}
	case revision != BatchRevision:
		return nil, &Failure{Code: mcp.INVALID_REQUEST, Message: fmt.Sprintf(
			"batches exist in MCP %s only, which is not the version in use: send each message by itself", BatchRevision)}
	case len(members) == 0:
		return nil, &Failure{Code: mcp.INVALID_REQUEST, Message: "the batch is empty"}
	case len(members) > MaxBatch:
		return nil, &Failure{Code: mcp.INVALID_REQUEST, Message: fmt.Sprintf(
			"the batch has %d messages; send at most %d at a time", len(members), MaxBatch)}
	}
	return members, nil
}

// Answer handles the members of a batch, several at a time, and returns their
// answers as one message; or nil, if none is to be answered. handle may return nil.
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
	return &Failure{id, mcp.INTERNAL_ERROR, fmt.Sprintf(
		"the answers of this batch have more than %d MiB together: send this request by itself", MaxBatchAnswer>>20)}
}

func member(text []byte) (*Message, *Failure) {
	m, failure := Parse(text)
	if failure == nil && m.Method == string(mcp.MethodInitialize) && m.ID != nil {
		failure = &Failure{m.ID, mcp.INVALID_REQUEST, "initialize cannot be part of a batch"}
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
