package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// unlimited lets a benchmark repeat what the rate limit would let through once.
const unlimited = "--rate-limit=1000000/1s"

// BenchmarkStart is from spawn to the answer of tools/list; it also reports the program's size.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p := launch(b, nil)
		p.request(
			"initialize",
			args{
				"protocolVersion": "2025-11-25",
				"capabilities":    args{},
				"clientInfo":      args{"name": "bench", "version": "1"},
			},
		)
		p.request("tools/list", args{})
		b.StopTimer()
		p.close(0)
		b.StartTimer()
	}
	info, err := os.Stat(program(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
}

func webinarPage(b *testing.B) (*demoapi.Server, string) {
	b.Helper()
	api := unpaced(b, demoapi.Options{LargeRoster: 20})
	return api, api.URL + "/accounts/" + demoapi.AccountID + "/realtime/kit/" + demoapi.AppID +
		"/meetings/" + demoapi.LargeMeetingID + "/participants?page_no=1&per_page=20"
}

// BenchmarkCall is one call for 20 participants.
func BenchmarkCall(b *testing.B) {
	api, _ := webinarPage(b)
	p := start(b, environment(api), "--log-level=error", unlimited)
	call := args{"meeting_id": demoapi.LargeMeetingID, "page_no": 1, "per_page": 20}
	median(b, func() {
		m := p.request("tools/call", args{"name": "list_meeting_participants", "arguments": call})
		if !bytes.Contains(m.Result, []byte(`"added_total":20`)) {
			b.Fatalf("%s", m.Result)
		}
	})
}

// median reports the p50 beside the mean, which outliers of a busy machine move.
func median(b *testing.B, do func()) {
	b.Helper()
	do() // connections are made once
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		do()
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
}

// BenchmarkBareRequest is the HTTP request that BenchmarkCall causes, alone.
func BenchmarkBareRequest(b *testing.B) {
	_, url := webinarPage(b)
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+demoapi.Token)
	median(b, func() {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, res.Body); err != nil || n < 1000 {
			b.Fatalf("%d bytes, %v", n, err)
		}
		_ = res.Body.Close()
	})
}

// Benchmark50000 reads a roster of 50,000 in 500 pages; it reports the peak memory of the server.
func Benchmark50000(b *testing.B) { walk(b, 50_000, 0) }

// BenchmarkLatency is the same with 20 ms of latency a page.
func BenchmarkLatency(b *testing.B) { walk(b, 50_000, 20*time.Millisecond) }

// BenchmarkLatencySerial asks for the 500 pages one after the other.
func BenchmarkLatencySerial(b *testing.B) {
	api := unpaced(b, demoapi.Options{LargeRoster: 50_000, Faults: demoapi.Faults{Latency: 20 * time.Millisecond}})
	p := start(b, environment(api), "--log-level=error", unlimited)
	for b.Loop() {
		for no := range 500 {
			if r := p.call("list_meeting_participants", args{"meeting_id": demoapi.LargeMeetingID, "page_no": no + 1, "per_page": 100}); r.IsError {
				b.Fatal(r.text())
			}
		}
	}
}

func walk(b *testing.B, size int, latency time.Duration) {
	b.Helper()
	api := unpaced(b, demoapi.Options{LargeRoster: size, Faults: demoapi.Faults{Latency: latency}})
	p := start(b, environment(api), "--log-level=error", unlimited)
	for b.Loop() {
		var r roster
		p.call("list_meeting_participants", args{"meeting_id": demoapi.LargeMeetingID}).into(b, &r)
		if r.Read != size {
			b.Fatalf("%d read", r.Read)
		}
	}
	b.StopTimer()
	if mb, known := peakSoFar(p.cmd.Process); known {
		b.ReportMetric(mb, "MB-peak")
	}
}

// BenchmarkCharacters is what answers of 100 participants cost a model, beside
// the API's JSON they are made of.
func BenchmarkCharacters(b *testing.B) {
	for name, c := range characters(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() { // counted above; there is nothing to time
			}
			b.ReportMetric(float64(c.text), "chars-text")
			b.ReportMetric(float64(c.raw), "chars-api-json")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// TestMemory holds the bound that the benchmark shows.
func TestMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector multiplies memory")
	}
	api := unpaced(t, demoapi.Options{LargeRoster: 50_000})
	p := start(t, environment(api), "--log-level=error", unlimited)
	if r := p.call("list_meeting_participants", args{"meeting_id": demoapi.LargeMeetingID, "limit": 500}); r.IsError ||
		!strings.HasPrefix(r.text(), "50000 participants") {
		t.Fatal(r.text())
	}
	checkPeak(t, p.cmd.Process, 40)
}
