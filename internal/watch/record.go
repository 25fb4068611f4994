package watch

import (
	"slices"
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// stage is how far the events of a session have been delivered.
type stage int

const (
	noticed stage = iota
	started       // session.started was delivered, or is not wanted
	ended         // so was session.ended
)

// record is what the state keeps of a session: ids and times, nothing that a stranger wrote.
type record struct {
	Meeting    string    `json:"meeting,omitempty"`
	Started    time.Time `json:"started"`
	Ended      time.Time `json:"ended,omitzero"`
	Stage      stage     `json:"stage"`
	Recapped   bool      `json:"recapped,omitempty"`   // nothing is left to say of its texts
	Recorded   bool      `json:"recorded,omitempty"`   // no more recordings are waited for
	Looked     time.Time `json:"looked,omitzero"`      // for its texts, last
	LookedFilm time.Time `json:"looked_film,omitzero"` // for its recordings, last
	Hinted     bool      `json:"hinted,omitempty"`     // a webhook told of a text
	Filmed     bool      `json:"filmed,omitempty"`     // a webhook told of a recording
	Recordings []string  `json:"recordings,omitempty"` // delivered
	People     []string  `json:"people,omitempty"`     // ids of events of people that were delivered
}

// complete reports whether nothing can come any more.
func (r *record) complete() bool { return r.Stage == ended && r.Recapped && r.Recorded }

// appRecord is what the state keeps of an app.
type appRecord struct {
	Account string `json:"account"`
	App     string `json:"app"`

	// Since is from when on events are wanted. Cursor is the begin of the last reading
	// of the sessions that was complete.
	Since  time.Time `json:"since"`
	Cursor time.Time `json:"cursor"`

	Sessions map[string]*record `json:"sessions"`
}

func (a *appRecord) ref() client.AppRef { return client.AppRef{AccountID: a.Account, AppID: a.App} }

// overlap is how much later than its begin a session may appear in the API's list.
const overlap = 2 * time.Hour

// horizon is the time before which no session can be new that has ended.
func (a *appRecord) horizon() time.Time { return a.Cursor.Add(-overlap) }

// prune forgets sessions of which nothing can come any more and which no reading
// can take for new ones.
func (a *appRecord) prune() {
	for id, r := range a.Sessions {
		if r.complete() && r.Started.Before(a.horizon()) {
			delete(a.Sessions, id)
		}
	}
}

// hinted is a hint that was not looked into yet.
type hinted struct {
	App     string    `json:"app,omitempty"`
	Meeting string    `json:"meeting,omitempty"`
	Session string    `json:"session,omitempty"`
	Kind    HintKind  `json:"kind,omitempty"`
	At      time.Time `json:"at"`
}

// state is all that outlives a process.
type state struct {
	Listed time.Time    `json:"listed"` // when the apps were, last
	Apps   []*appRecord `json:"apps"`
	Hints  []hinted     `json:"hints,omitempty"`
}

// app returns the record of an app, which is a new one since a time if there is none.
func (s *state) app(ref client.AppRef, since time.Time) *appRecord {
	for _, a := range s.Apps {
		if a.ref() == ref {
			return a
		}
	}
	a := &appRecord{Account: ref.AccountID, App: ref.AppID, Since: since, Cursor: since, Sessions: map[string]*record{}}
	s.Apps = append(s.Apps, a)
	return a
}

// valid reports whether a state can have been written by an Engine.
func (s *state) valid() bool {
	for _, a := range s.Apps {
		if a == nil || client.CheckAccountID(a.Account) != nil || !event.Safe(a.App) || a.Cursor.IsZero() {
			return false
		}
		for id, r := range a.Sessions {
			if !event.Safe(id) || r == nil || r.Stage < noticed || r.Stage > ended ||
				r.Meeting != "" && !event.Safe(r.Meeting) || slices.ContainsFunc(r.Recordings, unsafe) {
				return false
			}
		}
	}
	return true
}

func unsafe(id string) bool { return !event.Safe(id) }
