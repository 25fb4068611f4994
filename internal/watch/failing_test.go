package watch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/timelapse"
)

// TestUndeliverable holds that an event which cannot be delivered delays those of its
// session alone.
func TestUndeliverable(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		stuck := tr.session(m, 10*time.Minute, 20*time.Minute).ID
		other := tr.session(m, 30*time.Minute, 60*time.Minute).ID
		tries := 0
		tr.refuse = func(e event.Event) bool {
			if e.SessionID != stuck || time.Since(tr.began) > 3*time.Hour {
				return false
			}
			tries++
			return true
		}
		time.AfterFunc(2*time.Hour, func() {
			tr.expect(stuck)
			tr.expect(other, event.SessionStarted, event.SessionEnded)
		})
		if err := tr.watch(tr.options(), 5*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(stuck, event.SessionStarted, event.SessionEnded)
		if tries < 15 || tries > 30 {
			t.Errorf("%d tries in three hours", tries)
		}
		if n := strings.Count(tr.log.String(), "could not be delivered"); n != 1 {
			t.Errorf("said %d times: %s", n, tr.log)
		}
	})
}

// TestTwoSinks holds that what one of two has taken is not repeated to it.
func TestTwoSinks(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(3), 10*time.Minute, 20*time.Minute).ID
		second := &trial{t: t, began: tr.began, log: tr.log}
		second.refuse = func(event.Event) bool { return time.Since(tr.began) < time.Hour }
		o := tr.options()
		o.Sinks = append(o.Sinks, second)
		if err := tr.watch(o, 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s, event.SessionStarted, event.SessionEnded)
		second.expect(s, event.SessionStarted, event.SessionEnded)
	})
}

// TestSlowSink holds that a receiver which takes its time for some sessions keeps no other waiting.
func TestSlowSink(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		for range 20 {
			tr.session(m, 10*time.Minute, 20*time.Minute)
		}
		tr.elapses = 30 * time.Second
		if err := tr.watch(tr.options(), 15*time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, d := range tr.got {
			if d.after > 12*time.Minute {
				t.Errorf("%s of %s after %s", d.Type, d.SessionID, d.after)
			}
		}
		if n := len(tr.got); n != 20 {
			t.Errorf("%d events", n)
		}
	})
}

// TestOutage holds that hours of failure are caught up with, and said once.
func TestOutage(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"down": http.StatusBadGateway, "revoked": http.StatusUnauthorized} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, func(tr *trial) { tr.outage(status) })
		})
	}
}

// outage has the API fail from an hour on for five.
func (tr *trial) outage(status int) {
	m := tr.meeting(3)
	during := tr.session(m, 2*time.Hour, 3*time.Hour).ID
	across := tr.session(m, 10*time.Minute, 4*time.Hour).ID
	after := tr.session(m, 7*time.Hour, 8*time.Hour).ID
	tr.world.Fail = func(*http.Request) int {
		if d := time.Since(tr.began); d > time.Hour && d < 6*time.Hour {
			return status
		}
		return 0
	}
	if err := tr.watch(tr.options(), 10*time.Hour); err != nil {
		tr.t.Fatal(err)
	}
	for _, s := range []string{during, across, after} {
		tr.expect(s, event.SessionStarted, event.SessionEnded)
	}
	log := tr.log.String()
	if strings.Count(log, "could not be read") != 1 || strings.Count(log, "can be read again") != 1 ||
		strings.Contains(log, timelapse.Token) {
		tr.t.Error(log)
	}
	made := 0
	for _, at := range tr.reads {
		if d := at.Sub(tr.began); d > 2*time.Hour && d < 6*time.Hour {
			made++
		}
	}
	if made > 4*6*3*3 { // three tries for a reading, every ten minutes, of the app and the session
		tr.t.Errorf("%d requests in four hours of failure", made)
	}
}

// TestVanishedApp holds that watching goes on with the other apps.
func TestVanishedApp(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(3), 10*time.Minute, 60*time.Minute).ID
		const gone = "00000000-0000-4000-8000-000000000000"
		o := tr.options()
		o.Apps = func(context.Context) ([]client.AppRef, error) {
			return []client.AppRef{{AccountID: timelapse.AccountID, AppID: gone},
				{AccountID: timelapse.AccountID, AppID: timelapse.AppID}}, nil
		}
		if err := tr.watch(o, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s, event.SessionStarted, event.SessionEnded)
		if log := tr.log.String(); strings.Count(log, "could not be read") != 1 || !strings.Contains(log, gone) {
			t.Error(log)
		}
	})
}

// TestBudget holds that at most half of what the token may is used, whatever is asked for.
func TestBudget(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		for i := range 40 {
			tr.session(m, time.Duration(i)*time.Minute, time.Duration(i+30)*time.Minute)
		}
		apps := make([]client.AppRef, 30)
		for i := range apps {
			apps[i] = client.AppRef{AccountID: timelapse.AccountID, AppID: id(7, i)}
		}
		apps[0].AppID = timelapse.AppID
		limit := Half(client.Limit{})
		o := tr.options()
		o.Interval, o.Sustained, o.API = 5*time.Second, Sustained(limit), tr.client(limit)
		o.Apps = func(context.Context) ([]client.AppRef, error) { return apps, nil }
		tr.world.Anything = true // the other apps are empty
		if err := tr.watch(o, 4*time.Hour); err != nil {
			t.Fatal(err)
		}
		if n := len(tr.types("")); n != 2*40 {
			t.Errorf("%d events", n)
		}
		for window, most := range map[time.Duration]int{5 * time.Minute: 600, 10 * time.Second: 125} {
			if n := tr.busiest(window); n > most {
				t.Errorf("%d requests within %s", n, window)
			}
		}
		log := tr.log.String()
		if strings.Count(log, "more rarely") != 1 || strings.Contains(log, "could not") {
			t.Error(log)
		}
	})
}

// TestOnce holds what cron relies on.
func TestOnce(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		s := tr.session(m, 10*time.Minute, 20*time.Minute)
		s.Transcript, s.Summary = s.End.Add(time.Minute), s.End.Add(time.Minute)
		later := tr.session(m, 34*time.Minute, 36*time.Minute).ID
		s = &tr.world.Sessions[0]
		var state memory
		once := func() error {
			o := tr.options()
			o.Once, o.State = true, state.open(t)
			return tr.watch(o, 0)
		}
		for range 5 { // after 0, 15, 30, 45 and 60 minutes
			if err := once(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(15 * time.Minute)
		}
		tr.expect(s.ID, event.SessionStarted, event.SessionEnded, event.RecapReady)
		tr.expect(later, event.SessionStarted, event.SessionEnded)
		tr.world.Fail = func(*http.Request) int { return http.StatusBadGateway }
		if err := once(); err == nil {
			t.Error("no error, though nothing could be read")
		}
	})
}

// TestSince holds that what happened from a time on is told, and nothing of before.
func TestSince(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		before := tr.session(m, -5*time.Hour, -4*time.Hour).ID
		across := tr.session(m, -4*time.Hour, -2*time.Hour).ID
		within := tr.session(m, -2*time.Hour, -time.Hour).ID
		live := tr.session(m, -30*time.Hour, time.Hour).ID
		o := tr.options()
		o.Since = tr.began.Add(-3 * time.Hour)
		if err := tr.watch(o, 3*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(before)
		tr.expect(across, event.SessionEnded)
		tr.expect(within, event.SessionStarted, event.SessionEnded)
		tr.expect(live, event.SessionEnded)
	})
}

// busiest is the largest number of requests within a length of time.
func (tr *trial) busiest(within time.Duration) (most int) {
	slices.SortFunc(tr.reads, time.Time.Compare)
	first := 0
	for last, at := range tr.reads {
		for at.Sub(tr.reads[first]) > within {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

// TestBeginsDuringOutage holds that watching begins when it is started, even if the apps
// cannot be listed yet.
func TestBeginsDuringOutage(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		s := tr.session(tr.meeting(3), 10*time.Minute, 20*time.Minute).ID
		o := tr.options()
		listed := o.Apps
		o.Apps = func(ctx context.Context) ([]client.AppRef, error) {
			if time.Since(tr.began) < 3*time.Hour {
				return nil, errors.New("the API is down")
			}
			return listed(ctx)
		}
		if err := tr.watch(o, 5*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(s, event.SessionStarted, event.SessionEnded)
		if n := strings.Count(tr.log.String(), "could not be listed"); n != 1 {
			t.Error(tr.log)
		}
	})
}

// TestFailingParts holds that what cannot be read of a session holds up nothing else, and
// is not asked for without end.
func TestFailingParts(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]event.Type{
		"/transcript": {event.SessionStarted, event.SessionEnded, event.RecordingReady},
		"/recordings": {event.SessionStarted, event.SessionEnded, event.RecapReady},
	} {
		t.Run(path[1:], func(t *testing.T) {
			t.Parallel()
			try(t, func(tr *trial) { tr.withoutPart(path, want) })
		})
	}
}

// withoutPart watches a session of which one path can never be read.
func (tr *trial) withoutPart(path string, want []event.Type) {
	s := tr.session(tr.meeting(3), 10*time.Minute, 20*time.Minute)
	s.Transcript, s.Summary = s.End, s.End
	s.Recordings = []timelapse.Recording{{ID: id(4, 1), Start: s.Start, Stop: s.End, Uploaded: s.End}}
	tr.world.Fail = func(r *http.Request) int {
		if strings.HasSuffix(r.URL.Path, path) {
			return http.StatusForbidden
		}
		return 0
	}
	if err := tr.watch(tr.options(), 80*time.Hour); err != nil {
		tr.t.Fatal(err)
	}
	tr.expect(s.ID, want...)
	if n := tr.requests(path); n > 28+24*6+10 {
		tr.t.Errorf("%d requests", n)
	}
	if n := strings.Count(tr.log.String(), "given up"); n != 1 {
		tr.t.Error(tr.log)
	}
	if n := len(tr.engine.said); n != 0 {
		tr.t.Errorf("%v is remembered", tr.engine.said)
	}
}

// TestFailingSession holds that an old live session which cannot be read holds up no other.
func TestFailingSession(t *testing.T) {
	t.Parallel()
	try(t, func(tr *trial) {
		m := tr.meeting(3)
		for i := range 700 { // so many that the old one is not on the pages that are read
			tr.session(m, time.Duration(i)*time.Minute, time.Duration(i+1)*time.Minute)
		}
		old := tr.session(m, -40*time.Hour, 14*time.Hour).ID
		last := tr.session(m, 12*time.Hour, 13*time.Hour).ID
		tr.world.Fail = func(r *http.Request) int {
			if strings.HasSuffix(r.URL.Path, "/sessions/"+old) && time.Since(tr.began) < 15*time.Hour {
				return http.StatusInternalServerError
			}
			return 0
		}
		o := tr.options()
		o.Interval, o.Types = 20*time.Minute, []event.Type{event.SessionStarted, event.SessionEnded}
		if err := tr.watch(o, 20*time.Hour); err != nil {
			t.Fatal(err)
		}
		tr.expect(last, event.SessionStarted, event.SessionEnded)
		tr.expect(old, event.SessionEnded)
	})
}
