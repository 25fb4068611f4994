package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/demoapi"
)

type recapResult struct {
	Summary string
	Parts   []struct {
		Part, Why string
		Found     bool
		Total     int `json:"total_lines"`
		Offset    int
		LeftOut   int `json:"left_out"`
		Next      string
		Lines     []struct{ Speaker, Text string }
	}
	Speakers []struct {
		Name     string
		Attended bool
		Lines    int
	}
}

func TestRecap(t *testing.T) { bothShapes(t, testRecap) }

func testRecap(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	var mu sync.Mutex
	downloads := 0
	api := sample(t, demoapi.Options{Observe: func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/downloads/") {
			downloads++
			if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" {
				t.Errorf("a download carries credentials: %v", r.Header)
			}
		}
	}})
	p := start(t, environment(api))
	var all recapResult
	r := p.call("get_session_recap", args{"query": "design review"})
	r.into(t, &all)
	if len(all.Parts) != 3 || !all.Parts[0].Found || !all.Parts[1].Found || !all.Parts[2].Found ||
		len(all.Speakers) != 8 ||
		!all.Speakers[7].Attended {
		t.Errorf("%s", r.text())
	}
	for _, want := range []string{"> - The consent box stands above the button", "Dana Smith (Contoso): From our side", "41 tickets"} {
		if !strings.Contains(r.text(), want) {
			t.Errorf("%q is not in: %s", want, r.text())
		}
	}
	if strings.Contains(r.text(), "signature=") {
		t.Errorf("the signed link is in the answer: %s", r.text())
	}
	if downloads != 3 {
		t.Errorf("%d downloads", downloads)
	}

	readByPage(t, p, all)
}

// readByPage holds that page by page nothing is lost or doubled.
func readByPage(t *testing.T, p *proc, all recapResult) {
	t.Helper()
	var lines []string
	for offset := 0; ; {
		var page recapResult
		p.call("get_session_recap", args{"query": "design review", "part": "transcript", "offset": offset, "limit": 4}).
			into(t, &page)
		for _, l := range page.Parts[0].Lines {
			lines = append(lines, l.Text)
		}
		offset += len(page.Parts[0].Lines)
		if page.Parts[0].LeftOut == 0 {
			break
		}
		if !strings.Contains(page.Parts[0].Next, "part=transcript") {
			t.Fatalf("%+v", page.Parts[0])
		}
	}
	if len(lines) != 14 || lines[0] != all.Parts[1].Lines[0].Text || lines[13] != all.Parts[1].Lines[13].Text {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

// TestRecapParts asks for what there is not, and for less than all.
func TestRecapParts(t *testing.T) { bothShapes(t, testRecapParts) }

func testRecapParts(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	p := start(t, environment(sample(t, demoapi.Options{})))
	for _, tc := range []struct {
		a     args
		error bool
		want  []string
	}{
		{args{"query": "design review", "offset": 3}, false, []string{"lines 4 to 13 of 13", "lines 4 to 14 of 14", "lines 4 to 4 of 4"}},
		{args{"meeting_id": demoapi.LiveMeetingID}, false, []string{"no summary, no transcript and no chat", "still live"}},
		{
			args{"meeting_id": demoapi.WorkshopMeetingID, "part": "transcript"},
			false,
			[]string{"no transcript", "transcription_enabled"},
		},
		{args{"meeting_id": demoapi.EmptyMeetingID}, true, []string{"no session"}},
		{args{"query": "design review", "part": "chat", "offset": 1000}, false, []string{"of 4"}},
	} {
		r := p.call("get_session_recap", tc.a)
		for _, want := range tc.want {
			if r.IsError != tc.error || !strings.Contains(r.text(), want) {
				t.Errorf("%v: %q is not in: %s", tc.a, want, r.text())
			}
		}
	}
	hostile := p.call("get_session_recap", args{"meeting_id": demoapi.HostileMeetingID}).text()
	if strings.Contains(hostile, "\n#") || strings.Contains(hostile, "![x]") || !strings.Contains(hostile, `!\[x\]`) {
		t.Errorf("a text broke out: %s", hostile)
	}
}

func TestRecapFailures(t *testing.T) { bothShapes(t, testRecapFailures) }

func testRecapFailures(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Referer") != "" {
			t.Errorf("the signed link went elsewhere as a referrer: %s", r.Header.Get("Referer"))
		}
	}))
	t.Cleanup(elsewhere.Close)
	for _, tc := range []struct {
		name   string
		faults demoapi.Faults
		want   []string
	}{
		{"expired", demoapi.Faults{ExpiredLinks: true}, []string{"has expired", "repeat the call"}},
		{"refused", demoapi.Faults{DownloadStatus: 403}, []string{"expired or is refused", "HTTP 403"}},
		{"gone", demoapi.Faults{DownloadStatus: 404}, []string{"gone", "HTTP 404"}},
		{"store fails", demoapi.Faults{DownloadStatus: 500}, []string{"download failed", "HTTP 500"}},
		{"too large", demoapi.Faults{HugeDownload: true}, []string{"larger than 16 MiB"}},
		{
			"private address",
			demoapi.Faults{LinkTo: "https://169.254.169.254/latest/meta-data/?signature=x"},
			[]string{"not public", "for safety"},
		},
		{"not https", demoapi.Faults{LinkTo: "ftp://files.example/x?signature=x"}, []string{"not https"}},
		{"redirect to a private address", demoapi.Faults{DownloadTo: "https://10.0.0.1/x"}, []string{"not public"}},
		{"redirect to a file", demoapi.Faults{DownloadTo: "file:///etc/passwd"}, []string{"not https"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := sample(t, demoapi.Options{Faults: tc.faults})
			saysWhatFailed(t, start(t, environment(api)), tc.want)
		})
	}
	t.Run("redirect elsewhere carries no referrer", func(t *testing.T) {
		t.Parallel()
		api := sample(t, demoapi.Options{Faults: demoapi.Faults{DownloadTo: elsewhere.URL}})
		p := start(t, environment(api))
		if r := p.call("get_session_recap", args{"query": "design review", "part": "summary"}); r.IsError {
			t.Error(r.text())
		}
	})
}

// saysWhatFailed asks for a transcript that cannot be read, and for everything.
func saysWhatFailed(t *testing.T, p *proc, wanted []string) {
	t.Helper()
	r := p.call("get_session_recap", args{"query": "design review", "part": "transcript"})
	for _, want := range wanted {
		if !r.IsError || !strings.Contains(r.text(), want) {
			t.Errorf("%q is not in: %s", want, r.text())
		}
	}
	// Asked for everything, what failed is named beside what did not.
	all := p.call("get_session_recap", args{"query": "design review"})
	if all.IsError || !strings.Contains(all.text(), wanted[0]) {
		t.Errorf("all parts: %s", all.text())
	}
	if both := r.text() + all.text(); strings.Contains(both, "signature") || strings.Contains(both, "root:") {
		t.Errorf("the link or a file is in the answer: %s", both)
	}
}

func TestSessionParticipants(t *testing.T) { bothShapes(t, testSessionParticipants) }

func testSessionParticipants(t *testing.T, sample sampler) {
	t.Helper()
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	api := sample(t, demoapi.Options{Observe: func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.RawQuery)
	}})
	p := start(t, environment(api))
	session := sampleSession(t, demoapi.ReviewMeetingID)
	var out struct {
		Joinings int `json:"joinings_total"`
		People   int
		LeftOut  int `json:"left_out"`
		Rows     []struct {
			Name    string
			Minutes float64
		} `json:"participants"`
	}
	p.call("list_session_participants", args{"session_id": session}).into(t, &out)
	if out.Joinings != 10 || out.People != 8 || len(out.Rows) != 10 {
		t.Errorf("%+v", out)
	}
	p.call("list_session_participants", args{
		"session_id": session,
		"view":       "consolidated",
		"sort_by":    "duration",
		"sort_order": "asc",
		"limit":      2,
	}).into(t, &out)
	if out.Joinings != 8 || out.People != 8 || out.LeftOut != 6 || out.Rows[0].Minutes > out.Rows[1].Minutes {
		t.Errorf("%+v", out)
	}
	p.call("list_session_participants", args{"session_id": session, "search": "DANA"}).into(t, &out)
	if len(out.Rows) != 1 || out.Rows[0].Name != "Dana Smith (Contoso)" {
		t.Errorf("%+v", out)
	}
	seen = nil
	p.call("list_session_participants", args{"session_id": session, "page_no": 2, "per_page": 3}).into(t, &out)
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 1 || seen[0] != "page_no=2&per_page=3" || len(out.Rows) != 3 || out.Joinings != 10 {
		t.Errorf("%q %+v", seen, out)
	}
}
