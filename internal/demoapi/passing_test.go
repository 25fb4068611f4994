package demoapi

import (
	"testing"
	"time"
)

// TestPassing looks at the meeting that takes place as the clock goes.
func TestPassing(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)
	now := begin
	a := New(Options{Now: begin, Clock: func() time.Time { return now }})
	last := func() *session {
		m := a.all()[len(a.all())-1]
		if m.ID != RetroMeetingID || m.size != 6 {
			t.Fatalf("%s with %d people", m.ID, m.size)
		}
		if len(m.sessions) == 0 {
			return nil
		}
		return m.sessions[len(m.sessions)-1]
	}
	if last() != nil {
		t.Error("a session before the first")
	}
	var ids []string
	for _, tc := range []struct {
		after         time.Duration
		live          bool
		here, peers   int
		texts         bool
		session, seen int
	}{
		{2 * time.Minute, true, 0, 0, false, 1, 1},
		{3 * time.Minute, true, 5, 5, false, 1, 1},
		{11 * time.Minute, true, 5, 6, false, 1, 1},
		{22*time.Minute + 30*time.Second, true, 0, 7, false, 1, 1},
		{23*time.Minute + 10*time.Second, false, 0, 7, false, 1, 1},
		{25 * time.Minute, false, 0, 7, true, 1, 1},
		{43 * time.Minute, true, 5, 5, false, 2, 2},
		{403 * time.Minute, true, 5, 5, false, 11, 5},
	} {
		now = begin.Add(tc.after)
		s := last()
		m := a.all()[len(a.all())-1]
		if live := s.EndedAt == nil; live != tc.live || live != (s.Status == "LIVE") || s.size != tc.peers ||
			s.LiveParticipants != tc.here || len(m.sessions) != tc.seen {
			t.Errorf("after %s: %+v", tc.after, s)
		}
		if d := s.documents(); (d.summary != nil) != tc.texts || (d.transcript != nil) != tc.texts {
			t.Errorf("after %s: texts %t", tc.after, d.summary != nil)
		}
		if !s.StartedAt.Equal(begin.Add(retroFirst + time.Duration(tc.session-1)*retroEvery)) {
			t.Errorf("after %s: began at %s", tc.after, s.StartedAt)
		}
		ids = append(ids, s.ID)
	}
	if ids[0] != ids[5] || ids[5] == ids[6] {
		t.Error(ids)
	}
}
