package presence

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/attendance"
)

func TestFit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, name, custom, id string
		want                   fit
	}{
		{"Priya Raman", "Priya Raman", "p@x.org", "id-1", named},
		{"raman, priya", "Priya Raman", "p@x.org", "id-1", holds},
		{"pri", "Priya Raman", "", "", holds},
		{"P@X.ORG", "Priya Raman", "p@x.org", "id-1", known},
		{"ID-1", "", "", "id-1", known},
		{"p@x", "Priya Raman", "p@x.org", "id-1", 0},
		{"zoe", "Zoë Lindqvist", "", "", holds},
		{"Bob", "Priya Raman", "bobby", "bob-1", 0},
		{"Bob", "", "", "", 0},
	} {
		if got := fitOf(tc.text, tc.name, tc.custom, tc.id); got != tc.want {
			t.Errorf("%+v: %d", tc, got)
		}
	}
}

func TestKinShareAnID(t *testing.T) {
	t.Parallel()
	k := newKin()
	steps := []struct {
		row
		want bool
	}{
		{row{id: "1", custom: "a"}, false},
		{row{id: "2", custom: "a", fit: holds}, true},
		{row{id: "1", custom: "a"}, true},
		{row{id: "1", custom: "b"}, true},
		{row{id: "3", custom: "b"}, true},
		{row{id: "4", custom: "c"}, false},
		{row{peer: "p", fit: named}, true},
	}
	for i, step := range steps {
		if got := k.take(step.row); got != step.want || k.has(step.row) != step.want {
			t.Errorf("%d: %v", i, got)
		}
	}
	if got := k.fitOf(attendance.Person{IDs: []string{"1", "3"}}); got != 0 {
		t.Errorf("kin fit by themselves: %d", got)
	}
	if got := k.fitOf(attendance.Person{Visits: []attendance.Visit{{Peers: []string{"x", "p"}}}}); got != named {
		t.Errorf("%d", got)
	}
}

// TestKinOfASharedID keeps no crowd because one of them fits.
func TestKinOfASharedID(t *testing.T) {
	t.Parallel()
	k := newKin()
	k.take(row{id: "ann", custom: "guest", fit: named})
	taken := 0
	for i := range 10 * maxKin {
		if k.take(row{id: fmt.Sprint(i), custom: "guest"}) {
			taken++
		}
	}
	if taken != maxKin {
		t.Errorf("%d of a crowd", taken)
	}
}

func TestClosestNames(t *testing.T) {
	t.Parallel()
	c := newClosest("Priya Ramen")
	for _, name := range []string{"Bob", "Priya Raman", "priya raman", "Ramona Priy", "", "Prya Ramen", "Zhang Wei"} {
		c.add(name)
	}
	if got := strings.Join(c.names(), ", "); got != "Priya Raman, Prya Ramen" {
		t.Error(got)
	}
	one := newClosest("ramen")
	one.add("Priya Raman")
	if got := one.names(); len(got) != 1 {
		t.Error("one word is like one of the name's")
	}
}

func TestUnitsAreSmall(t *testing.T) {
	t.Parallel()
	var sessions []SessionIn
	for i := range 100 { // one every half hour, newest first
		start := ten.Add(-time.Duration(i) * 30 * time.Minute)
		s := client.Session{
			ID: fmt.Sprint(i), MeetingID: meetingID(1), Status: "ENDED", StartedAt: start, EndedAt: start.Add(20 * time.Minute),
		}
		sessions = append(sessions, SessionIn{Session: s})
	}
	sessions[50].EndedAt = sessions[50].StartedAt.Add(time.Minute)
	left := unitsOf(sessions, func(client.AppRef) *Reader { return NewReader(Options{}) })
	n := 0
	for len(left) > 0 {
		batch := nextBatch(left)
		left = left[len(batch):]
		read := 0
		for _, u := range batch {
			read += len(u.sessions)
			if !slices.IsSortedFunc(u.sessions, func(a, b client.Session) int { return a.StartedAt.Compare(b.StartedAt) }) {
				t.Error("the oldest must be the first")
			}
		}
		if n += read; read > followAtOnce {
			t.Errorf("%d sessions are held at a time", read)
		}
	}
	if n != len(sessions) {
		t.Errorf("%d sessions", n)
	}
}

// follow follows somebody through all sessions.
func (s *series) follow(t testing.TB, text string) (*Follower, Found, error) {
	t.Helper()
	r := s.reader(t, "")
	f := NewFollower(text, func(client.AppRef) *Reader { return r })
	var sessions []SessionIn
	for _, one := range slices.Backward(s.sessions) {
		sessions = append(sessions, SessionIn{one, r.App})
	}
	err := f.Read(f.Counted(t.Context()), sessions)
	return f, f.Found(), err
}

// TestFollowKeepsFew holds that only what may be the person's is kept of a session.
func TestFollowKeepsFew(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	var crowd []string
	for i := range 300 {
		crowd = append(crowd, fmt.Sprintf("somebody%03d", i))
	}
	s.roster(meetingID(1), append([]string{"ann"}, crowd...)...)
	for range 10 {
		s.held(meetingID(1), append([]string{"ann"}, crowd...)...)
	}
	f, found, err := s.follow(t, "ann")
	if err != nil || len(found.People) != 1 || len(found.People[0].Visits) != 10 {
		t.Fatal(err, found)
	}
	kept := 0
	for _, u := range f.units {
		if u.peers != nil || u.who != nil {
			t.Error("what was read is still held")
		}
		for _, column := range u.columns {
			for _, h := range column {
				kept += len(h.Peers)
			}
		}
	}
	if kept != 10 {
		t.Errorf("%d joinings are kept", kept)
	}
	for _, v := range found.People[0].Visits {
		if share, known := v.Share(); !known || share != 100 || v.Late() != 0 {
			t.Errorf("%+v", v)
		}
	}
}

func TestFollowTooMany(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	var crowd []string
	for i := range 2000 {
		crowd = append(crowd, fmt.Sprintf("somebody%04d", i))
	}
	s.roster(meetingID(1), crowd...)
	for range 4 {
		s.held(meetingID(1), crowd...)
	}
	if _, _, err := s.follow(t, "somebody"); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
}

// TestFollowBig does not count a session that is too large to be read with others as
// one that nobody came to.
func TestFollowBig(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	var crowd []string
	for i := range 26_000 {
		crowd = append(crowd, fmt.Sprintf("somebody%05d", i))
	}
	s.roster(meetingID(1), "ann", "bob")
	s.roster(meetingID(2), append([]string{"ann"}, crowd...)...)
	for range 4 {
		s.held(meetingID(1), "bob")
	}
	s.held(meetingID(2), "bob")
	s.held(meetingID(1), "ann", "bob")
	f, found, err := s.follow(t, "ann")
	if err != nil || len(found.People) != 1 || len(found.People[0].Visits) != 1 {
		t.Fatalf("%v %+v", err, found)
	}
	if u := found.Unread; len(u) != 3 || !u[0].Big || u[0].ID != "session-4" || u[1].Big || u[1].ID != "session-1" {
		t.Errorf("%+v", u)
	}
	for _, sitting := range found.People[0].Sittings {
		if sitting.Sessions[0].ID == "session-4" {
			t.Errorf("%+v", sitting)
		}
	}
	if n := f.requests.Load(); n > MaxFollowRequests {
		t.Errorf("%d requests", n)
	}
}

// TestFollowRateLimited stops at the first refusal that goes for all requests.
func TestFollowRateLimited(t *testing.T) {
	t.Parallel()
	s := startSeries(t)
	s.roster(meetingID(1), "ann")
	for range 20 {
		s.held(meetingID(1), "ann")
	}
	for _, one := range s.sessions {
		s.refusePeers(one.ID, 401)
	}
	if _, found, err := s.follow(t, "ann"); err == nil {
		t.Errorf("%+v", found)
	}
	if _, all := s.asked(); all > 12 {
		t.Errorf("%d requests", all)
	}
}
