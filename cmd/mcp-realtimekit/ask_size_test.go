package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// Some clients give a model nothing but the structured content: it costs at most twice
// what the text costs, is bounded, and says all that the text says.
func TestAskStructuredContent(t *testing.T) {
	t.Parallel()
	count, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, environment(unpaced(t, demoapi.Options{LargeRoster: 1000})), unlimited)
	for tool, calls := range map[string][]args{
		"get_meeting_attendance": {
			{"meeting": "design review"}, {"meeting": "incident"}, {"meeting": "roadmap workshop"},
			{"meeting": demoapi.WebinarMeetingID}, {"meeting": demoapi.LargeMeetingID},
			{"meeting": demoapi.LargeMeetingID, "show": "absent"}, {"meeting": "stand-up", "sessions": "all"},
			{"meeting": demoapi.LargeMeetingID, "format": "detailed"}, {"meeting": "design review", "spans": true},
			{"meeting": demoapi.WebinarMeetingID, "spans": true, "format": "detailed"},
			{"meeting": "design review", "format": "csv"}, {"meeting": demoapi.LargeMeetingID, "limit": 500},
			{"meeting": "design review", "at": "14:20", "min_share": 50}, {"meeting": "stand-up", "person": "ines"},
			{"meeting": demoapi.WebinarMeetingID, "limit": 500, "format": "detailed", "spans": true},
		},
		"compare_attendance": {
			{"meetings": "stand-up"}, {"meetings": "stand-up", "by": "week"},
			{"meetings": []string{"design review", "roadmap workshop"}}, {"meetings": demoapi.LargeMeetingID},
			{"meetings": demoapi.LargeMeetingID, "limit": 500}, {"meetings": demoapi.LargeMeetingID, "format": "csv"},
			{"meetings": "stand-up", "sessions": 25, "format": "detailed"},
		},
	} {
		for _, a := range calls {
			for _, zone := range []string{"UTC", "Europe/Berlin"} {
				fairlyStructured(t, p, count, tool, a, zone)
			}
		}
	}
}

// fairlyStructured makes a call, and compares the structured content with the text.
func fairlyStructured(t *testing.T, p *proc, count tokenizer.Codec, tool string, a args, zone string) {
	t.Helper()
	a["timezone"] = zone
	if a["at"] != nil && zone != "UTC" {
		a["at"] = "15:20"
	}
	r := p.call(tool, a)
	if r.IsError {
		t.Errorf("%s %v: %s", tool, a, r.text())
		return
	}
	text, _ := count.Count(r.text())
	structured, _ := count.Count(string(r.Structured))
	if structured > 2*text {
		t.Errorf("%s %v: %d tokens of structured content, %d of text", tool, a, structured, text)
	}
	most := 100_000
	if a["limit"] == nil && a["format"] != "csv" {
		most = 10_000
	}
	if n := utf8.RuneCount(r.Structured); n > most || utf8.RuneCountInString(r.text()) > most {
		t.Errorf("%s %v: %d characters, %d of text", tool, a, n, utf8.RuneCountInString(r.text()))
	}
	sameFacts(t, fmt.Sprint(tool, a), r, zone)
}

// sameFacts holds that every word of the text's rows and every number of its lead is
// in the structured content, whose times have the offset of the zone.
func sameFacts(t *testing.T, what string, r result, zone string) {
	t.Helper()
	var v map[string]any
	r.into(t, &v)
	for _, moment := range regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)`).FindAllStringSubmatch(string(r.Structured), -1) {
		if (moment[1] == "Z") != (zone == "UTC") {
			t.Errorf("%s: %s in %s", what, moment[0], zone)
		}
	}
	// How often somebody came, and a rate, are zero as well as any other number.
	rows := regexp.MustCompile(`"(came|rate_percent)":0([,}])`).ReplaceAllString(rowsIn(t, v), `"$1":1$2`)
	if empty := regexp.MustCompile(`:(null|""|0|false|\[\])[,}]`).FindString(rows); empty != "" {
		t.Errorf("%s: a row has %s", what, empty)
	}
	flat := rowsIn(t, v) + fmt.Sprint(v["csv"], v["summary"], v["title"], v["meeting_id"], v["sessions"], v["weeks"])
	for line := range strings.SplitSeq(r.text(), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.Contains(line, "| name |") {
			continue
		}
		name := strings.TrimSpace(strings.Split(line, "|")[1])
		if name = strings.NewReplacer(`\`, "", "&#39;", "'").Replace(name); name != "session" && name != "week" &&
			name != "(unnamed)" && !strings.Contains(flat, strings.Split(name, " and ")[0]) {
			t.Errorf("%s: %q is in the text alone", what, name)
		}
	}
	for _, field := range []string{"summary", "notes", "invited", "people_matching", "left_out", "sessions_matching"} {
		if _, ok := v[field]; !ok {
			t.Errorf("%s lacks %s", what, field)
		}
	}
	if !strings.HasPrefix(r.text(), fmt.Sprint(v["summary"])) {
		t.Errorf("%s: the text has another summary", what)
	}
}

func rowsIn(t *testing.T, v map[string]any) string {
	t.Helper()
	var b strings.Builder
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	for _, rows := range []string{"people", "sessions", "weeks"} {
		all, _ := v[rows].([]any)
		for _, row := range all {
			if err := encode.Encode(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.String()
}
