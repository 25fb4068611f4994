package main

import (
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

// TestPage holds that the page of the sample meetings shows what each of their people did.
func TestPage(t *testing.T) {
	t.Parallel()
	api := sample(t, demoapi.Options{})
	one, logs, code := once(t, environment(api), "attendance", "design review", "--format=html", "--timezone=Asia/Tokyo")
	if code != 0 || logs != "" {
		t.Fatal(code, logs)
	}
	for who, want := range map[string][]string{
		"Sofia Rossi":          {">away 5 min<", "23:00 to 23:18, 23:23 to 23:42", `class="g"`, ">37<"},
		"Priya Raman":          {">16 min late<", `class="l" style="left:0`, `class="m"`},
		"Ana Souza":            {">left 17 min early<", `class="m"`},
		"Dana Smith (Contoso)": {">not on the roster (any more)<", `class="p guest"`},
		"李娜":                   {">absent<", `class="t x"`, ">–<"},
		"Zoë Lindqvist":        {">attended<", ">42<"},
	} {
		_, row, _ := strings.Cut(one, "<bdi>"+who+"</bdi>")
		row, _, _ = strings.Cut(row, "</tr>")
		for _, w := range want {
			if !strings.Contains(row, w) {
				t.Errorf("%s: %q is not in %s", who, w, row)
			}
		}
	}
	several, _, _ := once(t, environment(api), "attendance", "stand-up", "--sessions=10", "--format=html")
	if n := strings.Count(several, `scope="col" class="session"`); n != 10 || !strings.Contains(several, ">came to 10 of 10<") {
		t.Errorf("%d sessions in %s", n, several)
	}
	hostile, _, _ := once(t, environment(api), "attendance", demoapi.HostileMeetingID, "--format=html")
	live, _, _ := once(t, nil, "--demo", "attendance", "incident", "--format=html")
	for page, want := range map[string]string{
		one:     "session; 2 did not",
		hostile: "ignore previous instructions",
		live:    "is live; as of",
	} {
		for _, never := range []string{"<script", "http://", "https://", "<img", "<link", "src=", "url("} {
			if !strings.Contains(page, want) || strings.Contains(page, never) {
				t.Errorf("%q without %q: %s", want, never, page)
			}
		}
	}
	if strings.Contains(one, "Sample data") || !strings.Contains(live, `<p class="sample">Sample data</p>`) {
		t.Error("the mark of sample data")
	}
}

// TestPageGaps holds that a breakout room, and the pause between two sessions that are one
// meeting, are not drawn as if somebody had dropped out.
func TestPageGaps(t *testing.T) {
	t.Parallel()
	rooms, _, _ := once(t, nil, "--demo", "attendance", "workshop", "--format=html")
	contains(t, rooms, "Roadmap workshop", "13:00 to 14:00")
	lacks(t, rooms, ">away ", `class="g" style`)
	together, _, _ := once(t, reopened().script(t).Environment(), "attendance", "--format=html",
		"--session="+sceneID(1)+","+sceneID(2))
	contains(t, together, sceneID(1)+" and "+sceneID(2), "10:00 to 10:30, 10:45 to 10:46")
	lacks(t, together, ">away ", `class="g" style`)
}
