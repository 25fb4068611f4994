package attendance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// documented is a case in the API's words.
type documented struct {
	Session struct {
		Started time.Time `json:"started_at"`
		Ended   time.Time `json:"ended_at"`
	}
	Roster []struct {
		ID       string
		Name     string
		CustomID string    `json:"custom_participant_id"`
		Added    time.Time `json:"created_at"`
	}
	Participants []joined
	Data         struct{ Participants []joined }
}

type joined struct {
	ID       string
	UserID   string    `json:"user_id"`
	CustomID string    `json:"custom_participant_id"`
	Name     string    `json:"display_name"`
	Joined   time.Time `json:"joined_at"`
	Left     time.Time `json:"left_at"`
	Events   []struct {
		Name string    `json:"event_name"`
		At   time.Time `json:"created_at"`
	} `json:"peer_events"`
}

func readCase(t *testing.T, name string) (Session, []Invited, []Peer) {
	t.Helper()
	var d documented
	if err := json.Unmarshal(scripted.Case(t, name), &d); err != nil {
		t.Fatal(err)
	}
	var roster []Invited
	for _, r := range d.Roster {
		roster = append(roster, Invited{ID: r.ID, CustomID: r.CustomID, Name: r.Name, Added: r.Added})
	}
	var peers []Peer
	for _, p := range append(d.Participants, d.Data.Participants...) {
		peer := Peer{ID: p.ID, UserID: p.UserID, CustomID: p.CustomID, Name: p.Name, Joined: p.Joined, Left: p.Left}
		for _, e := range p.Events {
			if e.Name != "PEER_CREATED" {
				peer.Events = append(peer.Events, Event{At: e.At, Leaving: e.Name == "PEER_LEAVING"})
			}
		}
		peers = append(peers, peer)
	}
	return Session{Start: d.Session.Started, End: d.Session.Ended}, roster, peers
}

func clock(t time.Time) string { return t.Format("15:04:05") }

func TestKeepAlive(t *testing.T) {
	s, roster, peers := readCase(t, "keep-alive.json")
	r := one(s, roster, peers, Rules{})
	if clock(r.End) != "10:30:00" || r.Lived() != 30*time.Minute || len(r.Guests) != 3 {
		t.Errorf("%+v", r)
	}
	for _, p := range r.Guests {
		if v := p.Visits[0]; v.Early() != 0 || v.Late() != 0 || v.EarlyMinutes() != 0 {
			t.Errorf("%s: early %s, late %s", p.Name, v.Early(), v.Late())
		}
	}
}

func TestOnePersonTwoRows(t *testing.T) {
	s, roster, peers := readCase(t, "one-person-two-rows.json")
	r := one(s, roster, peers, Rules{})
	if len(r.Attended) != 2 || len(r.Absent)+len(r.Later)+len(r.Guests) != 0 || r.JustInTime {
		t.Fatalf("%+v", r)
	}
	ann := r.Attended[0]
	v := ann.Visits[0]
	if ann.Name != "Ann Example" || ann.Rows != 2 || len(ann.IDs) != 2 || ann.DifferentNames || ann.SharedID {
		t.Errorf("%+v", ann)
	}
	if v.Late() != 0 || v.Early() != 0 {
		t.Errorf("%+v", ann)
	}
	if clock(v.First()) != "10:00:00" || clock(v.Last()) != "10:30:00" || v.Devices != 1 {
		t.Errorf("%+v", v)
	}
	if ann.Present() != 28*time.Minute {
		t.Errorf("present for %s", ann.Present())
	}
	if len(v.Away) != 1 || v.Away[0].Kind != Gone {
		t.Fatalf("%+v", v.Away)
	}
	if clock(v.Away[0].From) != "10:12:00" || clock(v.Away[0].To) != "10:14:00" {
		t.Errorf("%+v", v.Away)
	}
}

func TestPeerEvents(t *testing.T) {
	_, _, peers := readCase(t, "session-participants-peer-events.json")
	start := peers[0].Joined
	r := one(Session{Start: start, End: start.Add(30 * time.Minute)}, nil, peers, Rules{})
	for _, p := range r.Guests {
		v := p.Visits[0]
		gaps := 0
		if p.Name == "Person 1" {
			gaps = 1
		}
		if p.Joins() != 1 || len(v.Away) != gaps || v.Early() != 0 {
			t.Errorf("%s: %+v", p.Name, v)
		}
		if gaps == 1 && (v.Away[0].Kind != Gone || clock(v.Away[0].From) != "10:10:00" || clock(v.Away[0].To) != "10:13:00") {
			t.Errorf("%+v", v.Away)
		}
	}
}
