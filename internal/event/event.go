// Package event says what happened in a meeting, in the form in which it is handed to
// programs: one versioned JSON object for each event.
package event

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Version is that of the form of events. It changes if a field changes its meaning or goes.
const Version = 1

// Type is what happened.
type Type string

// The types of events.
const (
	SessionStarted Type = "session.started"
	SessionEnded   Type = "session.ended"
	RecapReady     Type = "recap.ready"
	RecapMissing   Type = "recap.missing"
	RecordingReady Type = "recording.ready"
	PersonJoined   Type = "person.joined"
	PersonLeft     Type = "person.left"
)

// Event is something that happened, once. Its ids are those of the API; AppID, MeetingID
// and SessionID have been checked to be path-safe.
type Event struct {
	Version   int       `json:"version"`
	ID        string    `json:"id"` // the same however often, and from wherever, the event is learnt of
	Type      Type      `json:"type"`
	At        time.Time `json:"at"` // when it happened, UTC
	AppID     string    `json:"app_id"`
	MeetingID string    `json:"meeting_id"`
	SessionID string    `json:"session_id"`
}

// Sink takes events somewhere. Deliver returns nil only if the event has arrived. It may be
// called for several sessions at the same time, and for one session only one after another.
type Sink interface {
	Deliver(ctx context.Context, e Event) error
}

// ID makes the id of an event of what identifies it. It holds only lower-case letters, digits and hyphens.
func ID(t Type, parts ...string) string {
	sum := sha256.Sum256([]byte(string(t) + "\x00" + strings.Join(parts, "\x00")))
	return "evt-" + hex.EncodeToString(sum[:16])
}
