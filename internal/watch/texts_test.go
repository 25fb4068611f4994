package watch

import (
	"slices"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// TestLooks holds the schedule.
func TestLooks(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, 11, 25, 14, 10, 0, 0, time.UTC)
	var got []time.Duration
	for at := nextLook(ended, ended); !at.IsZero(); at = nextLook(ended, at) {
		got = append(got, at.Sub(ended))
	}
	want := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	for h := range 22 {
		want = append(want, time.Hour+50*time.Minute+time.Duration(h)*time.Hour)
	}
	if want = append(want, 23*time.Hour+50*time.Minute, 24*time.Hour); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

const never = -time.Second

// recapCase is a session with its texts.
type recapCase struct {
	name                      string
	transcribe, summarize     bool
	transcript, summary       time.Duration // after the end
	want                      event.Type    // empty: none
	after                     time.Duration // the end
	texts, missing, summaries int           // of the event; requests for summaries
}

// TestRecaps holds when a recap is ready, and when it is missing.
func TestRecaps(t *testing.T) {
	t.Parallel()
	for _, tc := range []recapCase{
		{"both", true, true, 30 * time.Second, 90 * time.Second, event.RecapReady, 2 * time.Minute, 2, 0, 2},
		{"one late", true, true, time.Minute, 30 * time.Minute, event.RecapReady, time.Hour, 2, 0, 5},
		{"one never", true, true, time.Minute, never, event.RecapReady, time.Hour, 1, 1, 5},
		{"one after hours", true, false, 5 * time.Hour, never, event.RecapReady, 5*time.Hour + 29*time.Minute + 30*time.Second, 1, 0, 0},
		{"none", true, true, never, never, event.RecapMissing, 24 * time.Hour, 0, 2, 29},
		{"switched off", false, false, never, never, "", 0, 0, 0, 0},
		{"by preset", false, false, 3 * time.Minute, never, event.RecapReady, 15 * time.Minute, 1, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			try(t, tc.check)
		})
	}
}

func (tc recapCase) check(tr *trial) {
	m := tr.meeting(2)
	m.Transcribe, m.Summarize = tc.transcribe, tc.summarize
	const end = 30 * time.Minute
	s := tr.session(m, 10*time.Minute, end)
	if tc.transcript != never {
		s.Transcript = s.End.Add(tc.transcript)
	}
	if tc.summary != never {
		s.Summary = s.End.Add(tc.summary)
	}
	if err := tr.watch(tr.options(), 26*time.Hour); err != nil {
		tr.t.Fatal(err)
	}
	if n := tr.requests("/summary"); n != tc.summaries {
		tr.t.Errorf("%d requests for the summary, want %d", n, tc.summaries)
	}
	if tc.want == "" {
		tr.expect(s.ID, event.SessionStarted, event.SessionEnded)
		return
	}
	tr.expect(s.ID, event.SessionStarted, event.SessionEnded, tc.want)
	got := tr.only(tc.want)
	if got.after != end+tc.after || len(got.Recap.Texts) != tc.texts || len(got.Recap.Missing) != tc.missing {
		tr.t.Errorf("after %s: %+v", got.after-end, got.Recap)
	}
}

// TestRecordings holds that each recording is told of once, whenever it is there.
func TestRecordings(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(2)
		m.Transcribe, m.Summarize = false, false
		s := tr.session(m, 10*time.Minute, 40*time.Minute)
		film := func(n int, uploaded time.Duration) timelapse.Recording {
			return timelapse.Recording{ID: id(4, n), Start: s.Start, Stop: s.End, Uploaded: s.End.Add(uploaded)}
		}
		s.Recordings = []timelapse.Recording{film(1, 30*time.Second), film(2, 7*time.Hour), {ID: id(4, 3), Start: s.Start, Stop: s.End}}
		if err := tr.watch(tr.options(), 30*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s.ID, event.SessionStarted, event.SessionEnded, event.RecordingReady, event.RecordingReady)
		if n := tr.requests("/recordings"); n != 29 {
			t.Errorf("%d requests", n)
		}
	})
}
