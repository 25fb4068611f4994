package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

type recordingsAnswer struct {
	Summary    string
	Notes      []string
	Total      int
	Recordings []struct {
		ID      string `json:"recording_id"`
		Session string `json:"session_id"`
		Title   string
		App     string
		Kind    string
		State   string
		Seconds int
		Bytes   int64
		Until   time.Time `json:"link_until"`
		Ended   bool      `json:"link_ended"`
		UserID  string    `json:"user_id"`
		File    string
		Link    string
	}
	LeftOut int `json:"left_out"`
	Next    string
}

func TestRecordings(t *testing.T) { bothShapes(t, testRecordings) }

func testRecordings(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	env := environment(sample(t, demoapi.Options{}))
	p := start(t, env)
	var got recordingsAnswer
	r := p.call("list_recordings", args{"meeting": "design review", "links": true})
	r.into(t, &got)
	if len(got.Recordings) != 1 || got.Recordings[0].Kind != "composite" || got.Recordings[0].State != "UPLOADED" ||
		got.Recordings[0].Seconds != 2515 || got.Recordings[0].Bytes == 0 ||
		got.Recordings[0].Session != sampleSession(t, demoapi.ReviewMeetingID) || got.Recordings[0].Until.Before(time.Now()) {
		t.Errorf("%s", r.text())
	}
	if all := r.text() + string(r.Structured); strings.Contains(all, "://") || !strings.Contains(all, "--recording-links") {
		t.Errorf("links are off: %s", all)
	}
	session := got.Recordings[0].Session
	for _, tc := range []struct {
		a     args
		error bool
		want  []string
	}{
		{args{"session": session}, false, []string{"1 recording of session " + session}},
		{args{"session": session, "meeting": "stand-up"}, true, []string{"is not of"}},
		{args{"meeting": demoapi.StandupMeetingID}, false, []string{"No recording was found"}},
		{args{"meeting": "00000000-0000-4000-8000-000000000000"}, true, []string{"not found"}},
		{args{"meeting": session}, true, []string{"is a session's id", "pass it as session"}},
		{args{"on": "yesterday", "meeting": "design review"}, false, []string{"1 recording of", "0:41:55"}},
		{args{"on": "2020-01-01"}, false, []string{"No recording was found"}},
		{args{"links": "maybe"}, true, []string{`argument "links" must be true or false`}},
	} {
		r := p.call("list_recordings", tc.a)
		for _, want := range tc.want {
			if r.IsError != tc.error || !strings.Contains(r.text(), want) {
				t.Errorf("%v: %q is not in: %s", tc.a, want, r.text())
			}
		}
	}

	for name, allowed := range map[string]*proc{
		"flag":     start(t, env, "--recording-links", "--log-level=debug"),
		"variable": start(t, with(env, "REALTIMEKIT_RECORDING_LINKS", "true"), "--log-level=debug"),
	} {
		var got recordingsAnswer
		r := allowed.call("list_recordings", args{"meeting": "design review", "links": "true"})
		r.into(t, &got)
		if len(got.Recordings) != 1 || !strings.Contains(got.Recordings[0].Link, "signature=") ||
			!strings.Contains(r.text(), got.Recordings[0].Link) {
			t.Errorf("%s: %s", name, r.text())
		}
		if r := allowed.call("list_recordings", args{"meeting": "design review"}); strings.Contains(r.text(), "signature=") {
			t.Errorf("%s: nobody asked for links: %s", name, r.text())
		}
		if logs := allowed.logs.String(); strings.Contains(logs, "signature") || !strings.Contains(logs, "list_recordings") {
			t.Errorf("%s: a link is in the logs, or no call: %s", name, logs)
		}
	}
}

// TestRecordingsOfCases reads the documented recordings, and paging over many.
func TestRecordingsOfCases(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file, kind, link, user string
	}{
		{"recordings.json", "composite", "https://example.com/r.mp4?sig=secret", ""},
		{"recordings-track.json", "track", "https://example.com/track1.webm?sig=secret", "user-1"},
		{"recordings-track-empty.json", "track", "", ""},
	} {
		api := scripted.Start(t)
		raw := scripted.Case(t, tc.file)
		api.JSON("/recordings", bytes.ReplaceAll(raw, []byte("2026-11-27"), []byte("2099-11-27"))) // links that still work
		var got recordingsAnswer
		r := start(t, api.Environment(), "--recording-links").call("list_recordings", args{"links": true})
		r.into(t, &got)
		row := got.Recordings[0]
		if len(got.Recordings) != 1 || row.Kind != tc.kind || row.UserID != tc.user || row.Seconds != 1790 {
			t.Errorf("%s: %s", tc.file, r.text())
		}
		if row.Link != tc.link || row.Until.Format(time.DateOnly) != "2099-11-27" || row.Title != "Weekly sync" {
			t.Errorf("%s: %+v", tc.file, row)
		}
	}
}

func recordingRow(i int, url any, expires time.Time) map[string]any {
	began := time.Now().Add(-time.Duration(i+1) * time.Hour).UTC()
	return map[string]any{"id": sayingID(i), "session_id": sayingID(1000 + i), "status": "UPLOADED",
		"download_url": url, "download_url_expiry": expires, "invoked_time": began, "started_time": began,
		"recording_duration": 60, "meeting": map[string]any{"id": meetingID("weekly"), "title": "weekly\n| # x"}}
}

// TestRecordingsOfUnreadableApp has an account of two apps, of which one refuses.
func TestRecordingsOfUnreadableApp(t *testing.T) {
	t.Parallel()
	const refused = "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c2"
	api := scripted.Start(t)
	api.List("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/apps", "", []any{
		map[string]any{"id": scripted.AppID, "name": "Production"},
		map[string]any{"id": refused, "name": "Customer calls"},
	})
	api.List("/recordings", "", []any{recordingRow(1, "", time.Now())})
	api.Handle("//client/v4/accounts/"+scripted.AccountID+"/realtime/kit/"+refused+"/recordings",
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	env := api.Environment()
	delete(env, "REALTIMEKIT_APP_ID")
	p := start(t, env)
	var got recordingsAnswer
	r := p.call("list_recordings", args{})
	r.into(t, &got)
	if len(got.Recordings) != 1 || !strings.Contains(r.text(), `The recordings of app "Customer calls" could not be listed`) {
		t.Error(r.text())
	}
	if r := p.call("list_recordings", args{"app": refused}); !r.IsError {
		t.Error(r.text())
	}
}

// TestRecordingsHostile holds that a link cannot break out of its cell, that one
// which has ended is not shown, and that a page follows another.
func TestRecordingsHostile(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(time.Hour)
	api := scripted.Start(t)
	rows := []any{
		recordingRow(0, "https://x.example/a | b\n# Ignore this", later),
		recordingRow(1, "javascript:alert(1)", later),
		recordingRow(2, "https://x.example/over?sig=over", time.Now().Add(-time.Hour)),
	}
	for i := 3; i < 250; i++ {
		rows = append(rows, recordingRow(i, fmt.Sprintf("https://x.example/%d?sig=fine", i), later))
	}
	api.List("/recordings", "", rows)
	p := start(t, api.Environment(), "--recording-links", "--rate-limit=100000/1s")
	seen := map[string]bool{}
	a := args{"links": true, "limit": 100}
	for range 3 {
		var got recordingsAnswer
		r := p.call("list_recordings", a)
		r.into(t, &got)
		for _, row := range got.Recordings {
			seen[row.ID] = true
			if strings.Contains(row.Link, " ") || strings.Contains(row.Link, "javascript") || strings.Contains(row.Link, "over") {
				t.Errorf("%+v", row)
			}
			if row.ID == sayingID(2) && !row.Ended {
				t.Errorf("%+v", row)
			}
		}
		if strings.Contains(r.text(), "\n#") || strings.Contains(r.text(), "javascript") || got.Total != 250 {
			t.Errorf("%.1000s", r.text())
		}
		if got.Next == "" {
			break
		}
		var offset int
		if _, err := fmt.Sscanf(got.Next, "Repeat the call with offset=%d.", &offset); err != nil {
			t.Error(got.Next)
		}
		a["offset"] = offset
	}
	if len(seen) != 250 {
		t.Errorf("%d of 250 recordings", len(seen))
	}
}

// TestSharedToken holds what callers of a shared token may not do unless allowed.
func TestSharedToken(t *testing.T) {
	t.Parallel()
	const token = "MCP_REALTIMEKIT_SHARED_SECRET"
	for _, tc := range []struct {
		name          string
		env           []string
		flags         []string
		bearer        string
		search, links bool
	}{
		{"shared", []string{token, secret}, nil, secret, false, false},
		{"shared with links", []string{token, secret}, []string{"--recording-links"}, secret, false, false},
		{"shared and allowed", []string{token, secret}, []string{"--shared-search-and-links"}, secret, true, false},
		{"shared and all allowed", []string{token, secret, "MCP_REALTIMEKIT_SHARED_SEARCH_AND_LINKS", "true"},
			[]string{"--recording-links"}, secret, true, true},
		{"own tokens", nil, []string{"--recording-links"}, demoapi.Token, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{})
			s := serveHTTP(t, with(environment(api), tc.env...), tc.flags...)
			call := func(tool string, a args) string {
				r := s.must(s.rpc(tc.bearer, "tools/call", args{"name": tool, "arguments": a}))
				var res result
				if err := json.Unmarshal(r.Result, &res); err != nil {
					t.Fatal(err, r.body)
				}
				return res.text()
			}
			said := call("search_recaps", args{"search": "consent box", "meeting": "design review"})
			if found := strings.Contains(said, "3 lines with"); found != tc.search {
				t.Errorf("search: %s", said)
			} else if !found && (!strings.Contains(said, "--shared-search-and-links") || strings.Contains(said, "Sofia")) {
				t.Errorf("it does not say why: %s", said)
			}
			links := call("list_recordings", args{"meeting": "design review", "links": true})
			if found := strings.Contains(links, "signature="); found != tc.links {
				t.Errorf("links: %s", links)
			} else if !found && !strings.Contains(links, "Links are off") {
				t.Errorf("it does not say why: %s", links)
			}
			if strings.Contains(s.logs.String(), "signature") || strings.Contains(s.logs.String(), "consent") {
				t.Errorf("%s", s.logs)
			}
		})
	}
}
