package event

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the golden files and the page of the manual anew")

// examples are one event of each type, which the manual shows.
func examples() []Event {
	at := func(clock string) time.Time {
		t, err := time.Parse("15:04:05", clock)
		if err != nil {
			panic(err) // a constant
		}
		return t.AddDate(2026, 10, 24)
	}
	point := func(t time.Time) *time.Time { return &t }
	const session = "c99a0ecd-f0cc-4985-93ea-e0bd3737fa6d"
	of := func(t Type, when time.Time, parts ...string) Event {
		return Event{
			Version:   Version,
			ID:        ID(t, append([]string{session}, parts...)...),
			Type:      t,
			At:        when,
			AppID:     "6f1c1e9a-53b0-4d0e-9a53-0c2f3b6d7a01",
			MeetingID: "5b2c7a10-8a1f-4c57-9d0e-3f1f8f6b0010",
			SessionID: session,
		}
	}
	tom := Who{"49b15ade-4778-477e-99d5-06c4ffd224bc", "tom.becker@northwind.example"}
	kwame := Who{"9be1d0aa-2f68-4f34-a5b5-ea6d8b4e0c1d", "kwame.mensah@northwind.example"}
	joined, left, kept := at("14:00:09"), at("14:12:00"), at("14:21:00").AddDate(0, 0, 7)

	started, ended := of(SessionStarted, at("14:00:00")), of(SessionEnded, at("14:21:00"))
	ended.Attendance = &Attendance{StartedAt: point(at("14:00:00")), EndedAt: point(at("14:20:00")), Minutes: 20,
		Invited: 6, Attended: 5, AbsentCount: 1, LateCount: 1, GuestCount: 0, LeftEarly: 1,
		Absent: []Who{kwame}, Late: []Who{{"ce08c885-7f31-4994-8eed-c9a2dd1efac9", "NW-1518"}}, Guests: []Who{}}
	came, went := of(PersonJoined, joined, tom.ID, "1"), of(PersonLeft, left, tom.ID, "1")
	came.Person = &Person{Who: tom, JoinedAt: joined}
	went.Person = &Person{Who: tom, JoinedAt: joined, LeftAt: &left}
	ready, missing := of(RecapReady, at("14:23:00")), of(RecapMissing, at("14:21:00").AddDate(0, 0, 1))
	ready.Recap = &Recap{Texts: []Text{{"summary", &kept}, {"transcript", &kept}, {"chat", nil}}}
	missing.Recap = &Recap{Texts: []Text{}, Missing: []string{"summary", "transcript"}}
	film := of(RecordingReady, at("14:21:00"), "1")
	film.Recording = &Recording{"e70725c5-cfa1-4181-97b4-6ce9a433abff", point(at("14:00:05")), 1255, &kept}
	return []Event{started, came, went, ended, ready, missing, film}
}

// TestGolden compares the schemas and the page of the manual with what is committed, and
// the examples with the schemas.
func TestGolden(t *testing.T) {
	for _, e := range examples() {
		raw, err := json.MarshalIndent(Schema(e.Type), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", string(e.Type)+".json"), append(raw, '\n'))
		validate(t, raw, e)
	}
	golden(t, filepath.Join("..", "..", "docs", "events.md"), page(t))
}

// TestEveryType holds that each type has a schema of its own, with its payload.
func TestEveryType(t *testing.T) {
	t.Parallel()
	for i, e := range examples() {
		if e.Type != Types()[i] {
			t.Errorf("the %dth example is of %s", i, e.Type)
		}
		s := Schema(e.Type)
		if s.Description == "" || s.Title != string(e.Type) {
			t.Errorf("%s has no description", e.Type)
		}
		for _, other := range examples() {
			raw, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			if ok := fits(t, raw, other) == nil; ok != (other.Type == e.Type) {
				t.Errorf("%s fits the schema of %s: %t", other.Type, e.Type, ok)
			}
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%s is not what the code says (%v); run go generate ./internal/event", path, err)
	}
}

func validate(t *testing.T, schema []byte, e Event) {
	t.Helper()
	if err := fits(t, schema, e); err != nil {
		t.Error(err)
	}
}

func fits(t *testing.T, schema []byte, e Event) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("event.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("event.json")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(value)
}

// page is the page of the manual.
func page(t *testing.T) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("<!-- written by go generate ./internal/event -->\n\n# Events\n\n" +
		"[`mcp-realtimekit watch`](watch.md) delivers these, as one line of JSON each. All have the version " +
		fmt.Sprint(Version) + ": fields\nmay be added to it; if one changes its meaning or goes, the version changes. " +
		"`mcp-realtimekit watch --schema` prints\ntheir JSON Schemas.\n\n")
	common := table(&b, Schema(SessionStarted), nil)
	for _, e := range examples() {
		s := Schema(e.Type)
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n\n```json\n", e.Type, s.Description)
		raw, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		b.Write(raw)
		b.WriteString("\n```\n")
		if len(e.Type.payload()) > 0 && e.Type != PersonLeft && e.Type != RecapMissing {
			b.WriteString("\n")
			table(&b, s, common)
		}
	}
	return []byte(b.String())
}

// table lists the fields of a schema that are not among others, and returns them all.
func table(b *strings.Builder, s *invopop.Schema, but []string) (names []string) {
	b.WriteString("| field | meaning |\n| --- | --- |\n")
	fields(b, s, "", but, &names)
	return names
}

func fields(b *strings.Builder, s *invopop.Schema, prefix string, but []string, names *[]string) {
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		name, field := prefix+pair.Key, pair.Value
		if slices.Contains(but, name) {
			continue
		}
		*names = append(*names, name)
		meaning := field.Description
		if len(field.Enum) > 0 {
			var words []string
			for _, word := range field.Enum {
				words = append(words, fmt.Sprintf("`%v`", word))
			}
			meaning = strings.TrimPrefix(meaning+": ", ": ") + strings.Join(words, ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, meaning)
		switch {
		case field.Properties != nil:
			fields(b, field, name+".", but, names)
		case field.Items != nil && field.Items.Properties != nil:
			fields(b, field.Items, name+"[].", but, names)
		}
	}
}

// TestID holds that ids are stable and tell events apart.
func TestID(t *testing.T) {
	t.Parallel()
	if got := ID(SessionEnded, "s"); got != "evt-038ea3a1df346ed1a080473676890104" {
		t.Error(got) // receivers would take what they have for new
	}
	seen := map[string]bool{}
	for _, id := range []string{ID(SessionEnded, "s"), ID(SessionStarted, "s"), ID(SessionEnded, "s", ""),
		ID(PersonLeft, "a", "bc"), ID(PersonLeft, "ab", "c")} {
		if seen[id] || !Safe(id) || strings.ToLower(id) != id {
			t.Error(id)
		}
		seen[id] = true
	}
}

// TestSafe holds which ids may stand in a path or a variable.
func TestSafe(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"a": true, "A-9": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "a_b": false, "a/b": false, "a b": false, "é": false, "a\n": false,
	} {
		if Safe(id) != want {
			t.Errorf("%q", id)
		}
	}
}
