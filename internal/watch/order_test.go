package watch

import (
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// TestSession follows one session from its begin to its recap and recording.
func TestSession(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(4)
		before := tr.session(m, -2*time.Hour, -time.Hour).ID
		s := tr.session(m, 10*time.Minute, 40*time.Minute)
		s.Stays[1].Joined = s.Start.Add(10 * time.Minute)
		s.Stays = append(s.Stays, timelapse.Stay{Person: timelapse.Person{ID: id(9, 1), CustomID: "guest"},
			Joined: s.Start.Add(time.Second), Left: s.End})
		s.Transcript, s.Summary = s.End.Add(90*time.Second), s.End.Add(3*time.Minute)
		s.Recordings = []timelapse.Recording{{ID: id(4, 1), Start: s.Start, Stop: s.End, Uploaded: s.End.Add(20 * time.Minute)}}
		if err := tr.watch(tr.options(), 5*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(before)
		tr.expect(s.ID, event.SessionStarted, event.SessionEnded, event.RecapReady, event.RecordingReady)

		begun, over := tr.only(event.SessionStarted), tr.only(event.SessionEnded)
		if !begun.At.Equal(s.Start) || !over.At.Equal(s.End) || begun.ID == over.ID || over.MeetingID != m.ID {
			t.Errorf("%+v, %+v", begun, over)
		}
		if late := begun.after - 10*time.Minute; late < 0 || late > time.Minute {
			t.Errorf("the begin was told %s late", late)
		}
		a := over.Attendance
		if a.Invited != 4 || a.Attended != 3 || a.GuestCount != 1 || a.AbsentCount != 1 || a.LateCount != 1 || a.Minutes != 30 ||
			a.Absent[0].CustomID != "custom-3" || a.Late[0].CustomID != "custom-1" || a.Guests[0].CustomID != "guest" ||
			a.People != nil || len(a.Notes) > 0 {
			t.Errorf("%+v", a)
		}
		// The summary is there after 3 minutes, and looked for after 5.
		ready := tr.only(event.RecapReady)
		if ready.after != 45*time.Minute || len(ready.Recap.Texts) != 2 || len(ready.Recap.Missing) != 0 ||
			!ready.Recap.Texts[0].KeptUntil.Equal(s.End.AddDate(0, 0, 7)) {
			t.Errorf("after %s: %+v", ready.after, ready.Recap)
		}
		film := tr.only(event.RecordingReady)
		if film.after != 100*time.Minute || film.Recording.ID != id(4, 1) || film.Recording.Seconds != 1800 {
			t.Errorf("after %s: %+v", film.after, film.Recording)
		}
		if log := tr.log.String(); log != "" {
			t.Error(log)
		}
	})
}

// TestShortSession holds that a session which begins and ends between two readings has both events.
func TestShortSession(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(2), 10*time.Minute+10*time.Second, 10*time.Minute+30*time.Second)
		if err := tr.watch(tr.options(), 20*time.Minute); err != nil {
			t.Fatal(err)
		}
		tr.expect(s.ID, event.SessionStarted, event.SessionEnded)
	})
}

// TestOtherTypes holds that livestreams are no meetings that people attend.
func TestOtherTypes(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		tr.session(tr.meeting(2), time.Minute, 30*time.Minute).Type = "livestream"
		if err := tr.watch(tr.options(), time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect("")
	})
}
