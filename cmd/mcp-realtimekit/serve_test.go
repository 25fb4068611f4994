package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

func TestHandshake(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
		p := launch(t, nil, "--demo")
		m := p.request("initialize",
			args{"protocolVersion": revision, "capabilities": args{}, "clientInfo": args{"name": "test", "version": "1"}})
		var hello struct {
			ProtocolVersion, Instructions string
			ServerInfo                    struct{ Name, Title, Version string }
		}
		if err := json.Unmarshal(m.Result, &hello); err != nil {
			t.Fatal(err)
		}
		if hello.ProtocolVersion != revision {
			t.Errorf("asked for %s, got %s", revision, hello.ProtocolVersion)
		}
		if s := hello.ServerInfo; s.Name != "mcp-realtimekit" || s.Title == "" || s.Version == "" {
			t.Errorf("server info %+v", s)
		}
		for _, want := range []string{"SAMPLE DATA", "find_meetings", "list_meeting_participants", "does NOT say who attended"} {
			if !strings.Contains(hello.Instructions, want) {
				t.Errorf("instructions lack %q", want)
			}
		}
	}
}

// TestStateless speaks 2026-07-28, which has no handshake.
func TestStateless(t *testing.T) {
	t.Parallel()
	p := launch(t, nil, "--demo")
	meta := args{
		"io.modelcontextprotocol/protocolVersion":    "2026-07-28",
		"io.modelcontextprotocol/clientInfo":         args{"name": "test", "version": "1"},
		"io.modelcontextprotocol/clientCapabilities": args{},
	}
	m := p.request("server/discover", args{"_meta": meta})
	if m.Error != nil || !strings.Contains(string(m.Result), "2026-07-28") ||
		!strings.Contains(string(m.Result), "find_meetings") {
		t.Errorf("server/discover: %+v %s", m.Error, m.Result)
	}
	r := p.result(p.request("tools/call", args{"_meta": meta, "name": "list_apps", "arguments": args{}}))
	if r.IsError || !strings.Contains(r.text(), "3 RealtimeKit apps") {
		t.Errorf("got %s", r.text())
	}
}

func TestEndOfInput(t *testing.T) {
	t.Parallel()
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		p := start(t, nil, "--demo")
		begin := time.Now()
		p.close(0)
		if took := time.Since(begin); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
	t.Run("calls in flight finish", func(t *testing.T) {
		t.Parallel()
		api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 700 * time.Millisecond}})
		p := start(t, environment(api))
		var calls []*mcptest.Call
		for range 150 {
			call := p.begin("list_apps", args{})
			calls = append(calls, call)
		}
		p.close(0)
		for i, call := range calls {
			if r := p.finish(call); r.IsError { // the server has ended: an answer is there, or will never be
				t.Errorf("call %d: %s", i, r.text())
			}
		}
	})
	t.Run("slow calls are cancelled after 2 s", func(t *testing.T) {
		t.Parallel()
		api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 25 * time.Second}})
		p := start(t, environment(api))
		p.begin("list_apps", args{})
		waitFor(t, "the request to arrive", func() bool { return api.API.Requests() == 1 })
		begin := time.Now()
		p.close(0)
		if took := time.Since(begin); took < 1800*time.Millisecond || took > 4*time.Second {
			t.Errorf("exit after %s, want about 2 s", took)
		}
		waitFor(t, "the request to be cancelled", func() bool { return api.API.Cancelled() == 1 })
	})
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: 25 * time.Second}})
		p := start(t, environment(api))
		p.begin("list_apps", args{})
		waitFor(t, "the request to arrive", func() bool { return api.API.Requests() == 1 })
		begin := time.Now()
		if err := p.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		p.exit(0, 5*time.Second)
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%s: exit after %s", sig, took)
		}
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{LargeRoster: 50_000, Faults: demoapi.Faults{Latency: 200 * time.Millisecond}})
	p := start(t, environment(api))
	call := p.begin("list_meeting_participants", args{"meeting_id": demoapi.LargeMeetingID})
	waitFor(t, "the walk to be under way", func() bool { return api.API.Requests() > 4 })
	p.send(
		fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d,"reason":"enough"}}`,
			call.ID),
	)
	waitFor(t, "the upstream requests to be cancelled", func() bool { return api.API.Cancelled() > 0 })
	time.Sleep(300 * time.Millisecond) // time in which a walk that goes on would ask for more
	before := api.API.Requests()
	time.Sleep(600 * time.Millisecond)
	if after := api.API.Requests(); after != before || after > 40 {
		t.Errorf("requests went on after the cancellation: %d, then %d", before, after)
	}
	api.API.SetFaults(demoapi.Faults{})
	if r := p.call("list_apps", args{}); r.IsError {
		t.Error(r.text())
	}
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	api := unpaced(t, demoapi.Options{Faults: demoapi.Faults{Latency: 3 * time.Second}})
	p := start(t, environment(api), unlimited)
	var calls []*mcptest.Call
	for i := range 256 { // pages of their own, for identical requests are merged
		call := p.begin("list_meeting_participants", args{"meeting_id": demoapi.StandupMeetingID, "page_no": i + 1})
		calls = append(calls, call)
	}
	for _, call := range calls {
		if r := p.finish(call); r.IsError {
			t.Fatal(r.text())
		}
	}
	if got := api.API.MaxInFlight(); got != 256 {
		t.Errorf("%d requests in flight at once, want 256", got)
	}
}

// TestNoise sends 10,000 lines which are random, malformed or hostile.
func TestNoise(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "--demo", "--log-level=error")
	p.noisy = true
	random := rand.New(rand.NewPCG(1, 2))
	seeds := []string{
		`{"jsonrpc":"2.0","id":"n%d","method":"tools/call","params":{"name":"list_apps","arguments":{}}}`,
		`{"jsonrpc":"2.0","id":"n%d","method":"tools/call","params":{"name":"find_meetings","arguments":{"limit":[1]}}}`,
		`{"jsonrpc":"2.0","id":"n%d","method":"tools/call","params":[]}`,
		`{"jsonrpc":"2.0","id":"n%d","method":"no/such"}`,
		`{"jsonrpc":"1.0","id":"n%d"}`,
		`[%d]`,
		`%d`,
		`null%d`,
		`{"id":{"a":%d}}`,
		`"\ud800%d"`,
		strings.Repeat("[",
			2000) + "%d", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"n%d"}}`,
		`{"jsonrpc":"2.0","id":"n%d","method":"tools/call","params":{"name":"` + strings.Repeat("x", 5000) + `"}}`,
	}
	for i := range 10_000 {
		line := []byte(fmt.Sprintf(seeds[random.IntN(len(seeds))], i))
		for range random.IntN(4) { // damage it
			line[random.IntN(len(line))] = byte(random.IntN(256)) //nolint:gosec // it fits
		}
		p.send(strings.NewReplacer("\n", " ").Replace(string(line)))
	}
	if r := p.call("list_apps", args{}); r.IsError || !strings.Contains(r.text(), "Production") {
		t.Errorf("after the noise: %s", r.text())
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	p := start(t, environment(api), "--log-format=json")
	p.call("list_meeting_participants",
		args{"meeting_id": demoapi.HostileMeetingID, "query": "fatima", "response_format": "detailed"})
	p.call("get_meeting", args{"meeting_id": "00000000-0000-4000-8000-000000000000"})
	p.call("find_meetings", args{"bad\nargument": "Fatima"})
	p.close(0)
	lines := strings.Split(strings.TrimSpace(p.logs.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines for 3 calls: %s", len(lines), p.logs)
	}
	for i, want := range []struct {
		tool, outcome string
		requests      float64
	}{{"list_meeting_participants", "ok", 1}, {"get_meeting", "error", -1}, {"find_meetings", "error", 0}} {
		var line map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil {
			t.Fatal(err)
		}
		if line["tool"] != want.tool || line["outcome"] != want.outcome || line["duration"] == nil ||
			want.requests >= 0 && line["upstream_requests"] != want.requests {
			t.Errorf("line %s, want %+v", lines[i], want)
		}
	}
	for _, personal := range []string{"Fatima", "fatima", "northwind.example", "Ann", demoapi.HostileMeetingID} {
		if strings.Contains(p.logs.String(), personal) {
			t.Errorf("%q is in the logs", personal)
		}
	}
}
