package stdio_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/stdio"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/subscription"
)

// source is read again and again, and differs each time until it is still.
type source struct {
	reads atomic.Int64
	still atomic.Bool
}

func (s *source) hub(t *testing.T) *subscription.Hub {
	t.Helper()
	h := subscription.New(t.Context(), subscription.Options{
		Read: func(context.Context, string) (subscription.Reading, error) {
			n := s.reads.Load()
			if !s.still.Load() {
				n = s.reads.Add(1)
			}
			return subscription.Reading{Parts: []string{fmt.Sprint(n)}}, nil
		},
		Caller:   func(_, to context.Context) (string, context.Context) { return "", to },
		Interval: time.Millisecond,
		Rate:     1e6,
		Log:      slog.New(slog.DiscardHandler),
	})
	t.Cleanup(h.Close)
	return h
}

func listenTo(id string, uris ...string) string {
	list, _ := json.Marshal(uris) // strings always encode
	return strings.Replace(strings.Replace(listen, `"id":"s"`, `"id":`+id, 1),
		`"toolsListChanged":true`, `"resourceSubscriptions":`+string(list), 1)
}

// TestSlowListener checks that a client which does not read gets one notification for
// all changes of a resource, and loses none, in both kinds of subscription.
func TestSlowListener(t *testing.T) {
	const id = "12345678901234567890"
	subscribe := func(uri string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%q,"method":"resources/subscribe","params":{"uri":%q}}`, uri, uri)
	}
	t.Run("listen", func(t *testing.T) {
		for _, line := range readLate(t, listenTo(id, "a", "b")) {
			if !strings.Contains(line, id) {
				t.Errorf("not of the stream: %s", line)
			}
		}
	})
	t.Run("subscribe", func(t *testing.T) { readLate(t, hello+"\n"+subscribe("a")+"\n"+subscribe("b")) })
}

// readLate sends requests to subscribe to a and b, and reads the output only once both
// have changed often.
func readLate(t *testing.T, requests string) (all []string) {
	t.Helper()
	var src source
	o := options(time.Second)
	o.Subscriptions = src.hub(t)
	in, feed := io.Pipe()
	out, sink := io.Pipe()
	go func() { _ = sink.CloseWithError(stdio.Serve(t.Context(), fixture(), in, sink, o)) }()
	_, _ = io.WriteString(feed, requests+"\n")
	for src.reads.Load() < 200 {
		time.Sleep(time.Millisecond)
	}
	src.still.Store(true)
	time.Sleep(20 * time.Millisecond) // the last change is noticed
	enough := time.AfterFunc(5*time.Second, func() { _ = feed.Close() })
	defer enough.Stop()
	told := map[string]int{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		all = append(all, lines.Text())
		if _, uri, ok := strings.Cut(lines.Text(), `"uri":"`); ok {
			told[uri[:1]]++
		}
		if told["a"] > 0 && told["b"] > 0 {
			enough.Reset(20 * time.Millisecond)
		}
	}
	// One may have been written, one more is being written, and one waits.
	for _, uri := range []string{"a", "b"} {
		if told[uri] < 1 || told[uri] > 3 {
			t.Errorf("%s was told %d times", uri, told[uri])
		}
	}
	return all
}

// TestListenersTakeNoPlace checks that calls are handled beside more listeners than
// there are places for calls while memory is short, and that listeners have a limit of
// their own.
func TestListenersTakeNoPlace(t *testing.T) {
	full := make([]byte, 80<<20)
	defer runtime.KeepAlive(full)
	var src source
	src.still.Store(true)
	o := options(time.Minute)
	o.Subscriptions = src.hub(t)
	var input []string
	for i := range subscription.MaxStreams {
		input = append(input, listenTo(fmt.Sprint(i), "a"))
	}
	in, feed := io.Pipe()
	out, sink := io.Pipe()
	go func() { _ = sink.CloseWithError(stdio.Serve(t.Context(), fixture(), in, sink, o)) }()
	go func() { _, _ = io.WriteString(feed, strings.Join(input, "\n")+"\n") }()
	lines := bufio.NewScanner(out)
	for range subscription.MaxStreams {
		if !lines.Scan() || !strings.Contains(lines.Text(), "acknowledged") {
			t.Fatalf("%q, %v", lines.Text(), lines.Err())
		}
	}
	go func() {
		_, _ = io.WriteString(feed, listenTo(`"more"`, "a")+"\n"+hello+"\n"+toolCall("1", "plain")+"\n")
	}()
	var got []string
	for range 3 {
		lines.Scan()
		got = append(got, lines.Text())
	}
	all := strings.Join(got, "\n")
	if !strings.Contains(all, "100 streams") || !strings.Contains(all, `"id":1,"result"`) {
		t.Errorf("got %s", all)
	}
	_ = feed.Close()
	ended := 0
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"io.modelcontextprotocol/subscriptionId"`) {
			ended++
		}
	}
	if ended != subscription.MaxStreams {
		t.Errorf("%d streams were ended with a result", ended)
	}
}
