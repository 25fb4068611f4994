package main

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// formulas are names of which some spreadsheet would make a formula, and as they are
// to be shown; and two that stay as they are.
var formulas = [][2]string{
	{"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"}, {"Ann;=1+1", "Ann;'=1+1"}, {"Bob\t=1+1", "Bob '=1+1"},
	{
		"Cy|@SUM(1)",
		"Cy|'@SUM(1)",
	}, {"Dee\r\n-2+3", "Dee '-2+3"}, {"＝1+1", "'＝1+1"}, {` "=1`, `"'=1`}, {`Eve";"=1`, `Eve";"'=1`},
	{"Zoë Lee - Contoso", "Zoë Lee - Contoso"}, {"Łukasz, O'Brien-Smith", "Łukasz, O'Brien-Smith"},
}

// TestCaseCSV opens the whole of a file as spreadsheets of other locales would.
func TestCaseCSV(t *testing.T) {
	t.Parallel()
	api := formulaNames(t)
	plain, logs, code := once(t, api.Environment(), "attendance", caseMeeting, "--format=csv")
	if code != 0 || strings.HasPrefix(plain, "\ufeff") {
		t.Fatalf("code %d, %s%s", code, plain, logs)
	}
	marked, logs, code := once(t, api.Environment(), "attendance", caseMeeting, "--format=csv", "--bom")
	if code != 0 || marked != "\ufeff"+plain {
		t.Errorf("code %d, %q, %s", code, marked, logs)
	}
	for _, format := range []string{"table", "json", "markdown"} {
		out, logs, code := once(t, api.Environment(), "attendance", caseMeeting, "--format", format, "--bom")
		if code != 2 || out != "" || !strings.Contains(logs, "--bom") {
			t.Errorf("%s: code %d, %s%s", format, code, out, logs)
		}
	}
	var read struct{ Contents []struct{ Text string } }
	uri := "realtimekit://sessions/" + caseSession + "/attendance?format=csv"
	m := start(t, api.Environment()).request("resources/read", args{"uri": uri})
	if err := json.Unmarshal(m.Result, &read); err != nil || len(read.Contents) != 1 || read.Contents[0].Text != marked {
		t.Errorf("%v: %s", err, m.Result)
	}

	rows, err := csv.NewReader(strings.NewReader(plain)).ReadAll()
	if err != nil || len(rows) != len(formulas)+1 {
		t.Fatalf("%v: %q", err, plain)
	}
	shown := map[string]bool{}
	for _, row := range rows {
		shown[row[0]] = true
	}
	for _, name := range formulas {
		if !shown[name[1]] {
			t.Errorf("%q is not in %q", name[1], plain)
		}
	}
	noFormulas(t, plain)
}

// formulaNames has a session of people whose names are formulas.
func formulaNames(t *testing.T) *scripted.API {
	t.Helper()
	api := scripted.Start(t)
	var peers []any
	for i, name := range formulas {
		id := "peer" + string(rune('a'+i))
		peers = append(peers, args{
			"id": id, "user_id": "user" + id, "custom_participant_id": "id" + id + name[0], "display_name": name[0],
			"joined_at": "2026-11-24T10:00:00Z", "left_at": "2026-11-24T10:30:00Z",
		})
	}
	session := args{
		"id": caseSession, "associated_id": caseMeeting, "meeting_display_name": "=Review", "type": "meeting",
		"status": "ENDED", "started_at": "2026-11-24T10:00:00Z", "ended_at": "2026-11-24T10:30:00Z",
	}
	meeting := args{"id": caseMeeting, "title": "=Review", "status": "ACTIVE"}
	api.Meeting(meeting, nil, []map[string]any{session}, map[string][]any{caseSession: peers})

	older, err := json.Marshal(args{"success": true, "data": args{"session": session}})
	if err != nil {
		t.Fatal(err)
	}
	api.JSON("/sessions/"+caseSession, older)
	return api
}

// noFormulas reads a file as programs do that expect another separator, or mind no
// quotation marks: no cell is a formula.
func noFormulas(t *testing.T, plain string) {
	t.Helper()
	for _, separator := range ",;\t|:" {
		r := csv.NewReader(strings.NewReader(plain))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = separator, true, -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(plain, "\r\n") { // by a program that minds no quotation marks
			rows = append(rows, strings.Split(line, string(separator)))
		}
		for _, cell := range slices.Concat(rows...) {
			if strings.IndexAny(strings.TrimLeft(cell, `" `), "=+-@＝＋－＠\t\r") == 0 {
				t.Errorf("separator %q: %q", separator, cell)
			}
		}
	}
}
