package jsonrpc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/jsonrpc"
)

// TestPrepare checks what mcp-go gets to read.
func TestPrepare(t *testing.T) {
	const (
		call   = `{"jsonrpc":"2.0","id":1,"method":`
		list   = call + `"tools/list"`
		prompt = call + `"prompts/get","params":{"name":"x"`
		meta   = call + `"x","params":{"_meta":{"progressToken":7}}}`
	)
	for text, want := range map[string]string{
		list + `,"params":null}`:               list + `}`,
		list + `,"params":[ ]}`:                list + `}`,
		list + `,"params":""}`:                 list + `}`,
		list + `,"params":{}}`:                 list + `,"params":{}}`,
		list + `,"params":[1]}`:                list + `,"params":[1]}`,
		call + `"ping","params":{"_meta":[]}}`: call + `"ping","params":{}}`,
		prompt + `,"arguments":[]}}`:           prompt + `}}`,
		prompt + `,"arguments":null}}`:         prompt + `}}`,
		meta:                                   meta,
		`{"jsonrpc":"2.0","id":null,"method":"notifications/x"}`: `{"jsonrpc":"2.0","method":"notifications/x"}`,
	} {
		m, failure := jsonrpc.Parse([]byte(text))
		if failure != nil {
			t.Fatalf("%s: %v", text, failure)
		}
		got := jsonrpc.NewTokens().Prepare(m)
		if normal(t, got) != normal(t, []byte(want)) {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func normal(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, _ := json.Marshal(v)
	return string(out)
}

func TestKey(t *testing.T) {
	for _, same := range [][]string{
		{`1`, `1.0`, `1e0`},
		{`-1`, `-1.0`},
		{`0`, `-0`},
		{`1000`, `1e3`},
		{`"é"`, `"\u00e9"`},
		{`""`},
		{`"1"`},
		{`"-1"`},
		{`9007199254740993`},
		{`9007199254740992`},
		{`1.5`},
		{`123456789012345678901234567890`},
		{`1e999999999`},
	} {
		for _, id := range same {
			if got, want := jsonrpc.Key(json.RawMessage(id)), jsonrpc.Key(json.RawMessage(same[0])); got != want {
				t.Errorf("%s: %q, %s: %q", id, got, same[0], want)
			}
		}
	}
	seen := map[string]string{}
	for _, id := range []string{`1`, `"1"`, `9007199254740993`, `9007199254740992`, `1.5`, `""`, `"a"`} {
		key := jsonrpc.Key(json.RawMessage(id))
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have one key", id, other)
		}
		seen[key] = id
	}
}

func TestFindID(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":1,"method":"x`:                          `1`,
		`{"method":"x","params":{"id":2},"id" : "a" }`: `"a"`,
		"{\"id\"\t:\n\"a\\\"}\",":                      `"a\"}"`,
		`{"id":-7}`:                                    `-7`,
		`{"a":"id","b":["id",{"id":3}],"id":"cut`:      ``,
		`{"a":"id","b":["id",{"id":3}],"id":4}`:        `4`,
		`{"id":{"id":5}}`:                              ``,
		`{"id":null}`:                                  ``,
		`[{"id":6}]`:                                   ``,
		`{"x":"\"id\":8"}`:                             ``,
		`"id":9`:                                       ``,
		``:                                             ``,
	} {
		var byByte jsonrpc.IDFinder
		for _, c := range []byte(text) {
			_, _ = byByte.Write([]byte{c})
		}
		got := jsonrpc.FindID([]byte(text))
		if string(got) != want || string(byByte.ID()) != want {
			t.Errorf("%s: %s, byte by byte %s, want %s", text, got, byByte.ID(), want)
		}
	}
}

func TestAnswer(t *testing.T) {
	const refused = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,` +
		`"message":"a message must be a JSON-RPC request, notification or response"}}`
	handle := func(m *jsonrpc.Message) []byte {
		if m.Method == "silent" || m.ID == nil {
			return nil
		}
		return fmt.Appendf(nil, `{"id":%s}`, m.ID)
	}
	for text, want := range map[string]string{
		`[{"id":1,"method":"x"},{"id":"a","method":"x"}]`: `[{"id":1},{"id":"a"}]`,
		`[{"method":"notifications/x"}]`:                  ``,
		`[{"id":1,"result":{}}]`:                          ``,
		`[{"id":1,"method":"silent"}]`:                    ``,
		`[1,{"id":2,"method":"x"}]`:                       `[` + refused + `,{"id":2}]`,
		`[[]]`:                                            `[` + refused + `]`,
		`[{"id":1,"method":"initialize"}]`: `[{"jsonrpc":"2.0","id":1,"error":{"code":-32600,` +
			`"message":"initialize cannot be part of a batch"}}]`,
	} {
		members, failure := jsonrpc.Members([]byte(text), jsonrpc.BatchRevision)
		if failure != nil {
			t.Fatalf("%s: %v", text, failure)
		}
		if got := jsonrpc.Answer(members, handle); string(got) != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

func TestBatchIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`[]`: "the batch is empty",
		`[1`: "not valid JSON",
		`[` + strings.Repeat("1,", jsonrpc.MaxBatch) + `1]`: "send at most 100",
	} {
		_, failure := jsonrpc.Members([]byte(text), jsonrpc.BatchRevision)
		if failure == nil || !strings.Contains(failure.Message, want) {
			t.Errorf("%.20s: %v", text, failure)
		}
	}
}

func TestBatchAnswerIsBounded(t *testing.T) {
	members, _ := jsonrpc.Members([]byte(`[{"id":1,"method":"x"},{"id":2,"method":"x"}]`), jsonrpc.BatchRevision)
	large := jsonrpc.Answer(members, func(*jsonrpc.Message) []byte {
		return bytes.Repeat([]byte("1"), jsonrpc.MaxBatchAnswer-10)
	})
	if len(large) > jsonrpc.MaxBatchAnswer+1000 || !bytes.Contains(large, []byte("send this request by itself")) {
		t.Errorf("%d bytes", len(large))
	}
}

// FuzzTokens decodes and encodes any id as mcp-go does, and checks that it survives.
func FuzzTokens(f *testing.F) {
	for _, seed := range []string{
		`1`, `-0`, `1e3`, `9007199254740993`, `1.5`, `123456789012345678901`,
		`"\u00e9"`, `"\ud800"`, `"<&>"`, "\"\u2028\"", "\"\xff\"", `""`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		text := `{"jsonrpc":"2.0","id":` + id + `,"method":"x","params":{"_meta":{"progressToken":` + id + `}}}`
		m, failure := jsonrpc.Parse([]byte(text))
		if failure != nil {
			if !json.Valid(failure.Encode()) {
				t.Errorf("%s", failure.Encode())
			}
			return
		}
		want := string(m.ID)
		if m.ID == nil || !utf8.ValidString(id) || strings.ContainsAny(id, " \t\r\n{}[]") {
			return // the text is more than an id
		}
		if !strings.HasPrefix(id, want) {
			t.Fatalf("%s became %s", id, want)
		}
		tokens := jsonrpc.NewTokens()
		var through struct {
			ID     any
			Params struct {
				Meta map[string]any `json:"_meta"`
			}
		}
		if err := json.Unmarshal(tokens.Prepare(m), &through); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal([]any{through.ID, through.Params.Meta["progressToken"]})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(tokens.Restore(raw)); got != "["+want+","+want+"]" {
			t.Errorf("sent %s, got %s", want, got)
		}
	})
}

// FuzzFindID checks that FindID agrees with encoding/json on valid messages.
func FuzzFindID(f *testing.F) {
	f.Add([]byte(`{"a":[{"id":1}],"id":"x\"y"}`))
	f.Add([]byte(`{"id":1,"id":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got := jsonrpc.FindID(text)
		if got != nil && !json.Valid(got) {
			t.Fatalf("%q", got)
		}
		var m map[string]json.RawMessage
		if json.Unmarshal(text, &m) != nil || bytes.ContainsRune(text, '\\') || !utf8.Valid(text) {
			return
		}
		want := m["id"]
		if len(want) > 0 && (want[0] == '{' || want[0] == '[' || want[0] == 't' || want[0] == 'f' || want[0] == 'n') {
			want = nil
		}
		if string(got) != string(want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	})
}

func FuzzBounded(f *testing.F) {
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	for _, seed := range []string{`{"a":[1,"]\"",{}]}`, deep, `["\\",[[]]]`, `"[[["`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		failure := jsonrpc.Bounded(body)
		if !json.Valid(body) {
			return
		}
		depth, deepest, values := 0, 0, 0
		for d := json.NewDecoder(bytes.NewReader(body)); ; {
			token, e := d.Token()
			if e != nil {
				break
			}
			switch token {
			case json.Delim('['), json.Delim('{'):
				depth++
				deepest = max(deepest, depth)
			case json.Delim(']'), json.Delim('}'):
				depth--
			}
			values++
		}
		deep := failure != nil && strings.Contains(failure.Message, "nested")
		if (deepest > jsonrpc.MaxDepth) != deep && values <= jsonrpc.MaxValues {
			t.Errorf("depth %d: %v", deepest, failure)
		}
		if failure == nil && values > 4*jsonrpc.MaxValues {
			t.Errorf("%d tokens were let through", values)
		}
	})
}
