// Package timelapse is an API for tests in which meetings happen as time passes: a session
// is live between its begin and its end, people come and go, and texts and recordings
// appear later. What it answers follows from its clock alone.
package timelapse

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// What a client needs to reach the API.
const (
	AccountID = "0123456789abcdef0123456789abcdef"
	AppID     = "2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"
	Token     = "timelapse-token-not-a-secret"
)

// Person is somebody on a roster or in a session.
type Person struct{ ID, CustomID, Name string }

// Meeting is a room with its roster.
type Meeting struct {
	ID, Title             string
	Transcribe, Summarize bool
	Roster                []Person
}

// Stay is one joining. Without Left, nobody ever says when it ended.
type Stay struct {
	Person
	Peer         string
	Joined, Left time.Time
	LeftKnown    time.Time // when the API says Left; zero is immediately
}

// Recording is one of a session. It never ends if Uploaded is zero.
type Recording struct {
	ID                    string
	Start, Stop, Uploaded time.Time
}

// Session is one that happens from Start to End. Texts are there from their times on, and
// never if these are zero.
type Session struct {
	ID, MeetingID       string
	Type                string // default meeting
	Start, End          time.Time
	Listed              time.Time // when the API knows of it; zero is from Start on
	Stays               []Stay
	Summary, Transcript time.Time
	Recordings          []Recording
}

// World is one app. Its fields may be changed under Lock.
type World struct {
	sync.Mutex
	App      string // default AppID
	Now      func() time.Time
	Meetings []Meeting
	Sessions []Session

	// Fail, if not nil, may refuse a request with a status.
	Fail func(*http.Request) (status int)

	// Seen, if not nil, is told of each request.
	Seen func(*http.Request)

	// Anything has other apps exist, without anything in them.
	Anything bool

	// Links begins the links of texts.
	Links string
}

// Transport answers requests without a network.
func (w *World) Transport() http.RoundTripper { return transport{w} }

type transport struct{ world *World }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	t.world.ServeHTTP(recorder, r)
	res := recorder.Result()
	res.Request = r
	return res, nil
}
