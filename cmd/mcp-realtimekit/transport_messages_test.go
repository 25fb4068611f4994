package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/mcptest"
)

func parse(t *testing.T, line string) mcptest.Message {
	t.Helper()
	m, err := mcptest.Parse([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ids are those that a client may use. Each comes back as it was sent.
var ids = []string{
	`0`,
	`1`,
	`-1`,
	`9007199254740991`,
	`9007199254740993`,
	`-9007199254740993`,
	`18446744073709551615`,
	`123456789012345678901234567890`,
	`1e3`,
	`1.5`,
	`""`,
	`"1"`,
	`"é"`,
	`"\u00e9"`,
	`"\ud83d\ude00"`,
	`"\ud800"`,
	`"a\"b\\c\/"`,
	`"<&>"`,
	`"` + strings.Repeat("x", 100_000) + `"`,
	`"9007199254740993"`,
	`"null"`,
}

func TestIDs(t *testing.T) {
	t.Parallel()
	r := startRaw(t, nil, "--demo", "--log-level=error")
	r.initialize("2025-11-25")
	s := serveHTTP(t, nil, "--demo")
	for _, id := range ids {
		for method, params := range map[string]string{
			"tools/call":  `{"name":"list_apps"}`,
			"no/such":     `{}`,
			"prompts/get": `{"name":"nobody"}`,
			"ping":        `{}`,
		} {
			line := fmt.Sprintf(`{"method":%q,"params":%s,"jsonrpc":"2.0","id":%s}`, method, params, id)
			r.send(line)
			if got := parse(t, r.line()); string(got.ID) != id {
				t.Errorf("stdio, %s: sent %.80s, got %.80s", method, id, got.ID)
			}
			if got := parse(t, s.must(s.post("", line)).body); string(got.ID) != id {
				t.Errorf("HTTP, %s: sent %.80s, got %.80s", method, id, got.ID)
			}
		}
	}
	for _, id := range []string{`null`, `{}`, `[]`, `true`} {
		line := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"ping"}`, id)
		r.send(line)
		if got := parse(t, r.line()); string(got.ID) != "null" || got.Error == nil || got.Error.Code != -32600 {
			t.Errorf("stdio, %s: %+v", id, got)
		}
		if reply := s.must(s.post("", line)); reply.status != http.StatusBadRequest ||
			parse(t, reply.body).Error.Code != -32600 {
			t.Errorf("HTTP, %s: %d %s", id, reply.status, reply.body)
		}
	}
}

// TestProgressTokens holds that progress is told with the token as it was sent.
func TestProgressTokens(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{LargeRoster: 1000})
	r := startRaw(t, environment(api), "--log-level=error")
	r.initialize("2025-11-25")
	s := serveHTTP(t, environment(api))
	for _, token := range []string{`1`, `9007199254740993`, `-1`, `"\u00e9"`, `"1"`} {
		line := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"list_meeting_participants",`+
			`"arguments":{"meeting_id":%q},"_meta":{"progressToken":%s}}}`, token, demoapi.LargeMeetingID, token)
		want := `"progressToken":` + token
		r.send(line)
		told := 0
		for {
			got := r.line()
			if m := parse(t, got); m.Method == "" {
				if string(m.ID) != token {
					t.Errorf("stdio: id %s, want %s", m.ID, token)
				}
				break
			}
			if told++; !strings.Contains(got, want) {
				t.Errorf("stdio: %s, want %s", got, want)
			}
		}
		if body := s.must(s.post(demoapi.Token, line)).body; told == 0 ||
			strings.Count(body, "notifications/progress") == 0 ||
			strings.Count(body, "notifications/progress") != strings.Count(body, want) ||
			!strings.Contains(body, `"id":`+token+",") {
			t.Errorf("%d over stdio; HTTP: %.500s, want %s", told, body, want)
		}
	}
}

// TestCancelByID cancels one of two calls whose ids are easily mixed up.
func TestCancelByID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cancelled, call, other string }{
		{`"1"`, `"1"`, `1`},
		{`9007199254740993`, `9007199254740993`, `9007199254740992`},
		{`-1`, `-1`, `"-1"`},
		{`"é"`, `"\u00e9"`, `"e"`},
		{`""`, `""`, `0`},
	} {
		t.Run(c.cancelled, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{Faults: demoapi.Faults{Latency: time.Second}})
			r := startRaw(t, environment(api), "--log-level=error")
			r.initialize("2025-11-25")
			for page, id := range []string{c.call, c.other} {
				r.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":`+
					`"list_meeting_participants","arguments":{"meeting_id":%q,"page_no":%d}}}`,
					id, demoapi.StandupMeetingID, page+1))
			}
			waitFor(t, "the requests to arrive", func() bool { return api.API.Requests() == 2 })
			r.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s}}`, c.cancelled))
			if m := parse(t, r.line()); string(m.ID) != c.other || m.Error != nil ||
				strings.Contains(string(m.Result), "cancelled") {
				t.Errorf("the answer is %s %s", m.ID, m.Result)
			}
			_ = r.in.Close()
			if rest, _ := r.out.ReadString('\n'); rest != "" {
				t.Errorf("then came %s", rest)
			}
			if api.API.Cancelled() != 1 {
				t.Errorf("%d requests were cancelled", api.API.Cancelled())
			}
		})
	}
}

// TestNothing sends what clients write for no params and no arguments.
func TestNothing(t *testing.T) {
	t.Parallel()
	r := startRaw(t, nil, "--demo", "--log-level=error")
	s := serveHTTP(t, nil, "--demo")
	for _, nothing := range []string{`null`, `[]`, `[ ]`} {
		for _, message := range []string{
			`"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},` +
				`"clientInfo":{"name":"t","version":"1"},"_meta":%s}`,
			`"ping","params":%s`,
			`"tools/list","params":%s`,
			`"prompts/list","params":%s`,
			`"resources/list","params":%s`,
			`"resources/templates/list","params":%s`,
			`"tools/list","params":{"_meta":%s}`,
			`"tools/call","params":{"name":"list_apps","arguments":%s}`,
			`"tools/call","params":{"name":"list_apps","_meta":%s}`,
			`"prompts/get","params":{"name":"who_attended","arguments":{"meeting":"stand-up"},"_meta":%s}`,
		} {
			line := `{"jsonrpc":"2.0","id":1,"method":` + fmt.Sprintf(message, nothing) + `}`
			r.send(line)
			overStdio := r.line()
			overHTTP := strings.TrimSpace(s.must(s.post("", line)).body)
			for transport, got := range map[string]string{"stdio": overStdio, "HTTP": overHTTP} {
				if m := parse(t, got); m.Error != nil || strings.Contains(string(m.Result), `"isError":true`) {
					t.Errorf("%s, %s: %.300s", transport, line, got)
				}
			}
		}
		// Without its argument a prompt fails as it does if arguments is left out.
		r.send(
			`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"who_attended","arguments":` + nothing + `}}`)
		r.send(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"who_attended"}}`)
		a, b := r.line(), r.line()
		if a != b {
			t.Errorf("%s: %s, left out: %s", nothing, a, b)
		}
		r.send(`{"jsonrpc":"2.0","method":"notifications/initialized","params":` + nothing + `,"id":null}`)
	}
	r.send(`{"jsonrpc":"2.0","id":"last","method":"ping"}`)
	if m := parse(t, r.line()); string(m.ID) != `"last"` {
		t.Errorf("a notification was answered: %+v", m)
	}
}

// TestAroundMessages has what surrounds messages: a byte order mark, blank
// lines, white space, and the line ends of Windows.
func TestAroundMessages(t *testing.T) {
	t.Parallel()
	const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	r := startRaw(t, nil, "--demo", "--log-level=error")
	s := serveHTTP(t, nil, "--demo")
	for _, text := range []string{"\ufeff" + ping, ping + "\r", "  \t" + ping + "  \r", "\r\n\n \n" + ping, "\ufeff  " + ping} {
		r.send(text)
		if m := parse(t, r.line()); string(m.ID) != "1" || m.Error != nil {
			t.Errorf("stdio, %q: %+v", text, m)
		}
		if reply := s.must(s.post("", text+"\r\n")); reply.status != http.StatusOK || parse(t, reply.body).Error != nil {
			t.Errorf("HTTP, %q: %d %s", text, reply.status, reply.body)
		}
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	const (
		call         = `{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"list_apps","arguments":[]}}`
		big          = `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`
		notification = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
		unknown      = `{"jsonrpc":"2.0","id":3,"method":"no/such"}`
		response     = `{"jsonrpc":"2.0","id":4,"result":{}}`
		hello        = `{"jsonrpc":"2.0","id":5,"method":"initialize","params":{"protocolVersion":"2025-03-26",` +
			`"capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	)
	for text, want := range map[string][]string{ // ids and error codes, in order
		"[" + call + "," + big + "]":                          {`"c"`, `9007199254740993`},
		"[" + notification + "," + unknown + "," + call + "]": {"3 -32601", `"c"`},
		"[1," + call + `,{"jsonrpc":"2.0","id":6},"x",{},[]]`: {
			"null -32600",
			`"c"`,
			"6 -32600",
			"null -32600",
			"null -32600",
			"null -32600",
		},
		"[" + hello + "]":                              {"5 -32600"},
		"[" + notification + "]":                       nil,
		"[" + notification + "," + response + "]":      nil,
		"[ " + strings.Repeat(big+",", 99) + big + "]": strings.Split(strings.Repeat("9007199254740993 ", 99)+"9007199254740993", " "),
	} {
		r := startRaw(t, nil, "--demo", "--log-level=error")
		r.initialize("2025-03-26")
		s := serveHTTP(t, nil, "--demo")
		r.send(text)
		r.send(`{"jsonrpc":"2.0","id":"after","method":"ping"}`)
		first := r.line()
		if want != nil && strings.Contains(first, `"after"`) { // answers come in any order
			first = r.line()
		}
		reply := s.must(s.post("", text, "Mcp-Protocol-Version", "2025-03-26"))
		if want == nil {
			if parse(t, first).Error != nil || !strings.Contains(first, `"after"`) || reply.status != http.StatusAccepted ||
				reply.body != "" {
				t.Errorf("%.200s is answered by %s and %d %s", text, first, reply.status, reply.body)
			}
			continue
		}
		for transport, answer := range map[string]string{"stdio": first, "HTTP": reply.body} {
			if got := members(t, answer); strings.Join(got, "; ") != strings.Join(want, "; ") {
				t.Errorf("%s, %.200s: got %v, want %v", transport, text, got, want)
			}
		}
	}
}

// members are the ids of a batch's answers, each with the code of an error.
func members(t *testing.T, answer string) (ids []string) {
	t.Helper()
	var all []mcptest.Message
	if err := json.Unmarshal([]byte(answer), &all); err != nil {
		t.Errorf("%.300s: %v", answer, err)
	}
	for _, m := range all {
		id := string(m.ID)
		if m.ID == nil {
			id = "null"
		}
		if m.Error != nil {
			id += fmt.Sprint(" ", m.Error.Code)
		}
		ids = append(ids, id)
	}
	return ids
}

// TestBatchesRefused sends batches where there are none, and those that are wrong.
func TestBatchesRefused(t *testing.T) {
	t.Parallel()
	const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	for _, c := range []struct{ revision, text, want string }{
		{"2025-03-26", "[]", "the batch is empty"},
		{"2025-03-26", "[" + strings.Repeat(ping+",", 100) + ping + "]", "at most 100"},
		{"2024-11-05", "[" + ping + "]", "2025-03-26 only"},
		{"2025-06-18", "[" + ping + "]", "2025-03-26 only"},
		{"2025-11-25", "[" + ping + "]", "2025-03-26 only"},
		{"2025-11-25", "[]", "2025-03-26 only"},
	} {
		r := startRaw(t, nil, "--demo", "--log-level=error")
		r.initialize(c.revision)
		s := serveHTTP(t, nil, "--demo")
		r.send(c.text)
		reply := s.must(s.post("", c.text, "Mcp-Protocol-Version", c.revision))
		for transport, answer := range map[string]string{"stdio": r.line(), "HTTP": reply.body} {
			m := parse(t, answer)
			if m.Error == nil || m.Error.Code != -32600 || !strings.Contains(m.Error.Message, c.want) ||
				m.ID != nil && string(m.ID) != "null" {
				t.Errorf("%s, %+v: %s", transport, c, answer)
			}
		}
		if reply.status != http.StatusBadRequest {
			t.Errorf("%+v: %d", c, reply.status)
		}
	}
}
