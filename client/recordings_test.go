package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

var scriptedApp = AppRef{AccountID: scripted.AccountID, AppID: scripted.AppID}

func recordings(t *testing.T, api *scripted.API, f RecordingFilter) (all []Recording) {
	t.Helper()
	c, err := New(Options{Token: scripted.Token, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for page, err := range c.Recordings(t.Context(), scriptedApp, f) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
	}
	return all
}

// The documented recordings: one of the whole session, and of a speaker's track
// with a link and without one yet.
func TestRecordings(t *testing.T) {
	at := func(minute, second int) time.Time { return time.Date(2026, 11, 20, 10, minute, second, 0, time.UTC) }
	whole := Recording{
		ID: "00000000-0000-4000-8000-000000003001", SessionID: "0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20",
		MeetingID: "497f6eca-6276-4993-bfeb-53cbbbba6f08", Title: "Weekly sync", Status: "UPLOADED",
		InvokedAt: at(0, 5), StartedAt: at(0, 8), StoppedAt: at(29, 58), Duration: 29*time.Minute + 50*time.Second,
		Bytes: 123456789, File: "weekly.mp4", Expires: time.Date(2026, 11, 27, 10, 40, 0, 0, time.UTC),
		Links: []RecordingLink{{URL: "https://example.com/r.mp4?sig=secret", File: "weekly.mp4"}},
	}
	const file = "weekly_user-1_peer-1_peer_audio_1763632808000.webm"
	track := whole
	track.ID, track.File = "00000000-0000-4000-8000-000000003002", file
	track.Links = []RecordingLink{{URL: "https://example.com/track1.webm?sig=secret", File: file, Layer: "default",
		UserID: "user-1", PeerID: "peer-1"}}
	pending := track
	pending.Links, pending.Bytes = nil, 0
	for name, want := range map[string]Recording{"recordings.json": whole, "recordings-track.json": track,
		"recordings-track-empty.json": pending} {
		api := scripted.Start(t)
		api.JSON("/recordings", scripted.Case(t, name))
		got := recordings(t, api, RecordingFilter{MeetingID: want.MeetingID, SessionID: want.SessionID})
		if isTrack := want.File == file; len(got) == 1 && got[0].Track() != isTrack {
			t.Errorf("%s: track %v", name, got[0].Track())
		}
		if !reflect.DeepEqual(got, []Recording{want}) {
			t.Errorf("%s: %s\nwant %s", name, revealed(got), revealed([]Recording{want}))
		}
		if asked := api.Requests()[0]; !strings.Contains(asked, "meeting_id="+want.MeetingID) || strings.Contains(asked,
			"session_id") {
			t.Errorf("asked %s", asked)
		}
	}
}

// revealed shows links for a failed test.
func revealed(all []Recording) string {
	text := fmt.Sprintf("%+v", all)
	for _, r := range all {
		for _, l := range r.Links {
			text += " " + string(l.URL)
		}
	}
	return text
}

// A walk goes over all pages, and a session's recordings are picked here.
func TestRecordingsPages(t *testing.T) {
	const n = 230
	var rows []any
	for i := range n {
		rows = append(rows, map[string]any{
			"id": fmt.Sprint("r", i), "session_id": fmt.Sprint("s", i%2), "status": "UPLOADED",
			"started_time": fmt.Sprintf("2026-11-20T10:%02d:00Z", i%60),
			"meeting":      map[string]any{"id": fmt.Sprint("m", i%3)},
		})
	}
	api := scripted.Start(t)
	api.List("/recordings", "", rows)
	begin := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		f    RecordingFilter
		want int
	}{
		{RecordingFilter{}, n}, {RecordingFilter{SessionID: "s1"}, n / 2}, {RecordingFilter{SessionID: "none"},
			0}, {RecordingFilter{MeetingID: "m0"}, 77},
		{RecordingFilter{Status: "ERRORED"}, 0}, {RecordingFilter{After: begin.Add(59 * time.Minute)},
			3}, {RecordingFilter{Before: begin.Add(time.Minute)}, 4},
	} {
		if got := recordings(t, api, tc.f); len(got) != tc.want {
			t.Errorf("%+v: %d, want %d", tc.f, len(got), tc.want)
		}
	}
	var c *Client
	c, err := New(Options{Token: scripted.Token, BaseURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, err := range c.Recordings(t.Context(), scriptedApp, RecordingFilter{MeetingID: "../x"}) {
		if err == nil {
			t.Error("an id that is a path was sent")
		}
	}
}

// Fields of other types and values cost no more than themselves.
func TestRecordingShapes(t *testing.T) {
	for in, want := range map[string]string{
		`{"recording_duration":"1790","file_size":"123","status":"paused"}`:             "PAUSED 29m50s 123 []",
		`{"recording_duration":-5,"file_size":1e300,"status":"ERRORED"}`:                "ERRORED 0s 0 []",
		`{"recording_duration":1e12,"file_size":null,"status":"TRANSCODING"}`:           "TRANSCODING 0s 0 []",
		`{"started_time":"2026-11-20T10:00:00Z","stopped_time":"2026-11-20T10:01:00Z"}`: " 1m0s 0 []",
		`{"download_url":"https://x/a",` +
			`"output_file_name":"p_q_11111111-1111-4111-8111-111111111111_peer_peer_audio_1763632808000.webm"}`: " 0s 0 " +
			"[https://x/a 11111111-1111-4111-8111-111111111111 peer]",
		`{"download_url":{"links":["https://x/a",{"download_url":"https://x/b",` +
			`"file_name":"w_u_p_peer_audio_1763632808000.webm"},7,null]}}`: " 0s 0 [https://x/a   https://x/b u p]",
		`{"download_url":{"layer_name":"default","download_urls":{"a_b.webm":{"download_url":"https://x/a"},` +
			`"c":"https://x/c"}}}`: " 0s 0 [https://x/a   https://x/c  ]",
		`{"download_url":[{"layer_name":"default","download_urls":{}},[],null]}`:         " 0s 0 []",
		`{"download_url":null,"output_file_name":"w_u_p_peer_audio_1763632808000.webm"}`: " 0s 0 []",
		`{"download_url":"https://x/a",` +
			`"output_file_name":"w_../u_p p_peer_audio_1763632808000.webm"}`: " 0s 0 [https://x/a  ]",
		`{"download_url":42}`: " 0s 0 []",
	} {
		r := recordingOf(gjson.Parse(in))
		var links []string
		for _, l := range r.Links {
			links = append(links, fmt.Sprint(string(l.URL), " ", l.UserID, " ", l.PeerID))
		}
		if got := fmt.Sprintf("%s %s %d %v", r.Status, r.Duration, r.Bytes, links); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// A link is in nothing that is printed, logged or encoded.
func TestSecretURL(t *testing.T) {
	const secret = SecretURL("https://example.com/?signature=topsecret")
	r := Recording{Links: []RecordingLink{{URL: secret}}, Audio: secret}
	l := &Link{URL: secret, what: "the chat"}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&b, strings.Repeat(verb+" ", 4), secret, r, l, &r)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("x", "url", secret, "recording", r, "link", l)
	}
	if err := json.NewEncoder(&b).Encode([]any{secret, r, l}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "topsecret") || strings.Contains(b.String(), fmt.Sprintf("%x", "topsecret")) {
		t.Errorf("the link is in %s", b.String())
	}
	if !strings.HasSuffix(string(secret), "topsecret") {
		t.Error("the link is lost")
	}
}

// An endpoint of texts may write its names in any way, and answer without a link.
func TestLinkShapes(t *testing.T) {
	for body, want := range map[string]string{
		`{"success":true,"data":{"transcript_download_url":"https://x/a","transcript_download_url_expiry":"2026-11-27 ` +
			`10:40:00.5Z"}}`: "https://x/a 2026-11-27 10:40:00.5 +0000 UTC",
		`{"success":true,"data":{"transcriptDownloadUrl":" https://x/a ",` +
			`"transcriptDownloadUrlExpiry":""}}`: "https://x/a 0001-01-01 00:00:00 +0000 UTC",
		`{"success":true,"data":{"transcript_download_url":""}}`:   "none",
		`{"success":true,"data":{"transcript_download_url":null}}`: "none",
		`{"success":true,"data":{}}`:                               "none",
		`{"success":true,"data":null}`:                             "none",
		`{"success":true}`:                                         "error",
		`{}`:                                                       "error",
		`[]`:                                                       "error",
		`{"success":true,"data":7}`:                                "error",
		`{"success":false,"errors":[{"code":1,"message":"no"}]}`: "error",
	} {
		api := scripted.Start(t)
		api.Handle("/sessions/s1/transcript", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("format") != "JSON" {
				t.Errorf("asked %s", r.URL)
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body)) // a client gone is its own affair
		})
		c, err := New(Options{Token: scripted.Token, BaseURL: api.URL})
		if err != nil {
			t.Fatal(err)
		}
		l, err := c.Transcript(t.Context(), scriptedApp, "s1", TranscriptJSON)
		c.Close()
		got := "none"
		switch {
		case err != nil:
			got = "error"
		case l != nil:
			got = fmt.Sprint(string(l.URL), " ", l.Expires)
		}
		if got != want {
			t.Errorf("%s: %q %v, want %q", body, got, err, want)
		}
	}
}

// FuzzRecording holds that any row is read, within bounds, and that no link is
// shown by printing what was read.
func FuzzRecording(f *testing.F) {
	for _, name := range []string{"recordings.json", "recordings-track.json", "recordings-track-empty.json"} {
		f.Add([]byte(gjson.GetBytes(scripted.Case(f, name), "data.0").Raw))
	}
	f.Add([]byte(`{"download_url":{"links":[["https://secret.example/x"],` +
		`{"download_urls":["https://secret.example/y"]}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		r := recordingOf(gjson.ParseBytes(raw))
		if len(r.Links) > maxFiles || r.Duration < 0 || r.Bytes < 0 {
			t.Fatalf("out of bounds: %+v", r)
		}
		shown := fmt.Sprintf("%+v %#v", r, r)
		for _, l := range append(r.Links, RecordingLink{URL: r.Audio}) {
			if strings.HasPrefix(string(l.URL), "https://secret.example/") && strings.Contains(shown, string(l.URL)) &&
				!strings.Contains(r.Title+r.File+l.File+l.Layer, string(l.URL)) {
				t.Fatalf("a link is shown: %s", shown)
			}
			if (l.UserID == "") != (l.PeerID == "") {
				t.Fatalf("half a speaker: %q %q", l.UserID, l.PeerID)
			}
		}
	})
}
