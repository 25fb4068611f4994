package mcptest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted is a server that answers as the test says.
type scripted struct {
	answers func(method, id string) []string
	lines   chan string
}

func (s *scripted) Send(line []byte) error {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return err
	}
	if m.Method == "initialize" {
		s.lines <- `{"jsonrpc":"2.0","id":` + string(m.ID) + `,"result":{"protocolVersion":"2025-11-25"}}`
		return nil
	}
	for _, a := range s.answers(m.Method, string(m.ID)) {
		s.lines <- a
	}
	return nil
}

func (s *scripted) Receive(on func([]byte)) error {
	for line := range s.lines {
		on([]byte(line))
	}
	return nil
}

func (s *scripted) Close() error {
	close(s.lines)
	return nil
}

func session(t *testing.T, answers func(method, id string) []string) *Session {
	t.Helper()
	s, err := Dial(t.Context(), &scripted{answers, make(chan string, 100)}, "2025-11-25")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func result(id string) string { return `{"result":{},"jsonrpc":"2.0","id":` + id + `}` }

func TestDoubledAndStrayAreCounted(t *testing.T) {
	s := session(t, func(method, id string) []string {
		if method != "twice" {
			return nil
		}
		return []string{result(id), result(id), `{"jsonrpc":"2.0","method":"notifications/progress"}`, "no protocol"}
	})
	if _, err := s.Request(t.Context(), "twice", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The answer to initialize is one of the two.
	if got := s.Tally(); got != (Tally{Answered: 2, Doubled: 1, Stray: 1}) || s.Waiting() != 0 {
		t.Errorf("%+v, %d waiting", got, s.Waiting())
	}
}

func TestLostStaysOpen(t *testing.T) {
	s := session(t, func(string, string) []string { return nil })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Request(ctx, "silence", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if s.Waiting() != 1 {
		t.Errorf("%d waiting", s.Waiting())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestAbandonedMayBeAnsweredOnce(t *testing.T) {
	s := session(t, func(method, id string) []string {
		if method == "notifications/cancelled" {
			return []string{result("2"), result("2")} // the first is allowed
		}
		return nil
	})
	if err := s.Abandon(t.Context(), "slow", []byte("{}"), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.Tally(); got.Doubled != 1 || s.Waiting() != 0 {
		t.Errorf("%+v, %d waiting", got, s.Waiting())
	}
}
