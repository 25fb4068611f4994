package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

// largest is how many bytes a download may have. Under the race detector, which
// is many times slower, the tests are about races and not about bounds.
func largest() int {
	if raceEnabled {
		return 4 << 20
	}
	return 16 << 20
}

// full repeats a text until it is as large as it may be.
func full(head, unit, tail string) []byte {
	n := (largest() - len(head) - len(tail)) / len(unit)
	return []byte(head + strings.Repeat(unit, n) + tail)
}

// unlike is a text of units that all differ.
func unlike(format string) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < largest()-200; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.Bytes()
}

const timing = "00:00:01.000 --> 00:00:02.000\n"

type hostileText struct {
	body func() []byte
	want string
}

// hostile are texts of 16 MiB that cost most to read, and what the answer says.
func hostile() map[string]hostileText {
	same := func(head, unit, tail string) func() []byte {
		return func() []byte { return full(head, unit, tail) }
	}
	differing := func(format string) func() []byte { return func() []byte { return unlike(format) } }
	return map[string]hostileText{
		"lines of a letter":    {same("", "a\n", ""), fmt.Sprintf("of %d.", largest()/2)},
		"empty lines":          {same("", "\n", "a\n"), "of 1."},
		"one line":             {same("", "a", ""), "more. Repeat"},
		"rows of JSON":         {same("[", `{"sentence":"a"},`, "{}]"), fmt.Sprintf("of %d.", (largest()-4)/17)},
		"one sentence":         {same(`[{"sentence":"`, "a", `"}]`), "cut after 1 MiB"},
		"escapes":              {same(`[{"sentence":"`, `\u00e9`, `"}]`), "cut after 1 MiB"},
		"deep lists":           {same("", "[", ""), "cannot be read here"},
		"deep objects":         {same("", `{"a":`, ""), "cannot be read here"},
		"deep in a row":        {same(`[{"sentence":"a"},{"x":`, "[", ""), "breaks off"},
		"commas":               {same("1,p,u,c,Ann,Hello", ",", ""), "cut after 1 MiB"},
		"an open quote":        {same("1,p,u,c,Ann,\"", "a\n", ""), "never closed"},
		"speakers":             {differing("%d,p,u,c,Somebody whose name is %[1]d,Hello\n"), "more than 2000 speakers"},
		"ids":                  {differing("1,peer-%d,user-%[1]d,custom-%[1]d,Ann,Hello\n"), "more than 2000 speakers"},
		"one cue":              {same("WEBVTT\n\n"+timing, "a\n", ""), "cut after 1 MiB"},
		"voices":               {same("WEBVTT\n\n"+timing, "<v A>b\n", ""), "cut after 1 MiB"},
		"cues":                 {same("WEBVTT\n\n", timing+"Ann: a\n\n", ""), "by 1 speaker"},
		"UTF-16":               {same("\xff\xfe", "a\x00\n\x00", ""), fmt.Sprintf("of %d.", (largest()-2)/4)},
		"nothing but a letter": {same("", "\xff", ""), "lost"},
	}
}

// Whatever a text holds, reading it costs bounded memory and time.
func TestTextBounds(t *testing.T) {
	for name, tc := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // beside each other alone, for each takes time and memory
			api := caseTexts(t)
			serveText(api, "transcript", "text/plain", tc.body())
			p := start(t, api.Environment())
			begin := time.Now()
			r := p.call("get_session_recap", args{"session_id": caseSession, "part": "transcript"})
			took := time.Since(begin)
			if r.IsError || !strings.Contains(r.text(), tc.want) {
				t.Errorf("%q is not in %.300s … %s", tc.want, r.text(), r.text()[max(0, len(r.text())-300):])
			}
			within(t, p, took)
		})
	}
}

// within holds the bounds of a call that read 16 MiB.
func within(t *testing.T, p *proc, took time.Duration) {
	t.Helper()
	t.Logf("took %s", took.Round(time.Millisecond))
	checkPeak(t, p.cmd.Process, 100)
	if took > 20*time.Second && !raceEnabled {
		t.Errorf("took %s", took)
	}
}

// All three texts at their largest, several calls at a time.
func TestTextBoundsTogether(t *testing.T) {
	const line = "fifteen letters\n"
	api := caseTexts(t)
	for _, part := range []string{"summary", "transcript", "chat"} {
		serveText(api, part, "text/plain", full("", line, ""))
	}
	p := start(t, api.Environment())
	begin := time.Now()
	var waiting []*mcptest.Call
	for range 2 {
		call := p.begin("get_session_recap", args{"session_id": caseSession})
		waiting = append(waiting, call)
	}
	for _, call := range waiting {
		if r := p.finish(call); r.IsError || strings.Count(r.text(), fmt.Sprintf("of %d.", largest()/len(line))) != 3 {
			t.Errorf("%.300s", r.text())
		}
	}
	took := time.Since(begin)
	within(t, p, took)
}

// A small file that expands to a gigabyte is refused at the limit.
func TestTextBomb(t *testing.T) {
	bomb := bytes.Repeat(gzipped(make([]byte, 1<<20)), 256) // one after the other, they are one file
	for name, encoding := range map[string]string{"file": "", "on its way": "gzip"} {
		api := caseTexts(t)
		serveFile(api, "transcript", func(w http.ResponseWriter, _ *http.Request) {
			if encoding != "" {
				w.Header().Set("Content-Encoding", encoding)
			}
			_, _ = w.Write(bomb) // a client gone is its own affair
		})
		p := start(t, api.Environment())
		begin := time.Now()
		r := p.call("get_session_recap", args{"session_id": caseSession, "part": "transcript"})
		took := time.Since(begin)
		if !r.IsError || !strings.Contains(r.text(), "larger than 16 MiB") {
			t.Errorf("%s: %s", name, r.text())
		}
		within(t, p, took)
	}
}

// drip sends a byte now and then until the client goes, and says when it did.
func drip(gone chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		flusher, _ := w.(http.Flusher)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, "a\n"); err != nil {
				break
			}
			flusher.Flush()
			time.Sleep(20 * time.Millisecond)
		}
		gone <- struct{}{}
	}
}

// A text that never ends ends with the timeout, and with a cancelled call.
func TestTextTimeout(t *testing.T) {
	t.Parallel()
	api := caseTexts(t)
	gone := make(chan struct{}, 10)
	serveFile(api, "transcript", drip(gone))
	p := start(t, api.Environment(), "--timeout=1s")
	begin := time.Now()
	r := p.call("get_session_recap", args{"session_id": caseSession, "part": "transcript"})
	if took := time.Since(begin); !r.IsError || !strings.Contains(r.text(), "within 1s") || took > 5*time.Second {
		t.Errorf("after %s: %s", took, r.text())
	}
	<-gone

	p = start(t, api.Environment())
	call := p.begin("get_session_recap", args{"session_id": caseSession, "part": "transcript"})
	time.Sleep(500 * time.Millisecond)
	select {
	case <-gone:
		t.Fatal("gone before the call was cancelled")
	default:
	}
	p.cancel(call)
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("a cancelled call goes on reading")
	}
}
