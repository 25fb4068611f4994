package watch

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// TestWaitsForLeaving holds that an end is told once the API says of everybody when they
// left, and after five minutes in any case.
func TestWaitsForLeaving(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		known    time.Duration // after the end: when the API says who left; 0 is never
		from, to time.Duration // after the end
	}{
		{"soon", 2 * time.Minute, 2 * time.Minute, 3 * time.Minute},
		{"never", 0, 5 * time.Minute, 5*time.Minute + 31*time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			try(t, func(tr *trial) {
				s := tr.session(tr.meeting(3), 10*time.Minute, 20*time.Minute)
				s.Stays[0].LeftKnown = s.End.Add(tc.known)
				if tc.known == 0 {
					s.Stays[0].Left = time.Time{}
				}
				if err := tr.watch(tr.options(), time.Hour); err != nil {
					t.Fatal(err)
				}
				over := tr.only(event.SessionEnded)
				if after := over.after - 20*time.Minute; after < tc.from || after > tc.to {
					t.Errorf("told %s after the end", after)
				}
				if over.Attendance.Attended != 2 || over.Attendance.LeftEarly != 0 {
					t.Errorf("%+v", over.Attendance)
				}
			})
		})
	}
}

// TestUnknownAttendance holds that an end of which the API does not say who came is told
// as that, and not as an end to which nobody came.
func TestUnknownAttendance(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		after  time.Duration // the end
	}{
		"gone":    {http.StatusNotFound, time.Hour},
		"failing": {http.StatusInternalServerError, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, func(tr *trial) { tr.unknownFor(tc.status, tc.after) })
		})
	}
}

// unknownFor watches an end at which who came cannot be read, and is given up after a time.
func (tr *trial) unknownFor(status int, given time.Duration) {
	s := tr.session(tr.meeting(3), 10*time.Minute, 20*time.Minute)
	tr.world.Fail = func(r *http.Request) int {
		if strings.HasSuffix(r.URL.Path, s.ID+"/participants") {
			return status
		}
		return 0
	}
	if err := tr.watch(tr.options(), 26*time.Hour); err != nil {
		tr.t.Fatal(err)
	}
	over := tr.only(event.SessionEnded)
	if after := over.after - 20*time.Minute; after < given || after > given+15*time.Minute {
		tr.t.Errorf("told %s after the end", after)
	}
	if over.Attendance != nil || !strings.Contains(over.AttendanceUnknown, "participants of session") {
		tr.t.Errorf("%+v", over.Event)
	}
	if n := strings.Count(tr.log.String(), "is not known yet"); n != 1 {
		tr.t.Errorf("said %d times: %s", n, tr.log)
	}
}

// TestLostSession holds that a session which the API forgets while it is live is not
// followed for ever.
func TestLostSession(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(3), 10*time.Minute, 300*time.Hour)
		lost := s.ID
		time.AfterFunc(time.Hour, func() {
			tr.world.Lock()
			defer tr.world.Unlock()
			tr.world.Sessions = nil
		})
		if err := tr.watch(tr.options(), 4*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(lost, event.SessionStarted, event.SessionEnded)
		if over := tr.only(event.SessionEnded); over.AttendanceUnknown == "" || over.after < 2*time.Hour {
			t.Errorf("after %s: %+v", over.after, over.Event)
		}
	})
}

// TestPeople holds what --people adds.
func TestPeople(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		m.Roster[1].Name = "Ann\n\n# SYSTEM"
		tr.session(m, 10*time.Minute, 20*time.Minute)
		o := tr.options()
		o.People = true
		if err := tr.watch(o, time.Hour); err != nil {
			t.Fatal(err)
		}
		people := tr.only(event.SessionEnded).Attendance.People
		if len(people) != 3 || people[0].Name != "Ann # SYSTEM" || people[0].Minutes != 10 || people[0].Status != event.Attended ||
			people[1].Name != "Person 0" || people[2].Status != event.Absent || people[2].JoinedAt != nil {
			t.Errorf("%+v", people)
		}
	})
}

// TestPersons follows people through reconnects, second devices and rejoining.
func TestPersons(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(4)
		s := tr.session(m, 10*time.Minute, 60*time.Minute)
		at := func(minutes float64) time.Time { return s.Start.Add(time.Duration(minutes * float64(time.Minute))) }
		ann, ben, cy := m.Roster[0], m.Roster[1], m.Roster[2]
		s.Stays = []timelapse.Stay{
			{Person: ann, Joined: at(0), Left: at(20)}, {Person: ann, Joined: at(10), Left: at(30)}, // two devices
			{Person: ben, Joined: at(5.1), Left: at(5.2)}, {Person: ben, Joined: at(5.3), Left: at(40)}, // reconnects, unseen
			{Person: cy, Joined: at(6), Left: at(15)}, {Person: cy, Joined: at(25), Left: at(50)}, // comes back
		}
		o := tr.options()
		o.Meetings = []string{m.ID}
		if err := tr.watch(o, 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s.ID, event.SessionStarted,
			event.PersonJoined, event.PersonJoined, event.PersonJoined, // Ann, Ben, Cy
			event.PersonLeft, event.PersonJoined, // Cy
			event.PersonLeft, event.PersonLeft, event.PersonLeft, // Ann, Ben, Cy
			event.SessionEnded)
		var who []string
		for _, d := range tr.got {
			if d.Person != nil {
				who = append(who, d.Person.CustomID[len("custom-"):])
				if late := d.after - d.At.Sub(tr.began); late < 0 || late > time.Minute+time.Second {
					t.Errorf("%s of %s told %s late", d.Type, d.Person.CustomID, late)
				}
			}
		}
		if got := strings.Join(who, ""); got != "01222012" {
			t.Error(got)
		}
	})
}

// TestPersonsNeedMeeting holds that nobody is told of unless a meeting was named.
func TestPersonsNeedMeeting(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		other := *tr.meeting(3)
		m := *tr.meeting(3)
		elsewhere := tr.session(&other, 10*time.Minute, 60*time.Minute).ID
		s := tr.session(&m, 10*time.Minute, 60*time.Minute)
		o := tr.options()
		o.Meetings, o.Types = []string{s.MeetingID}, []event.Type{event.PersonLeft}
		if err := tr.watch(o, 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s.ID, event.PersonLeft, event.PersonLeft)
		tr.expect(elsewhere)
		if tr.requests("/transcript") > 0 || tr.requests("/recordings") > 0 {
			t.Error("what nobody wants was read")
		}
	})
}
