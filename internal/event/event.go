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

// Types returns all types, those of one session in the order in which they come.
func Types() []Type {
	return []Type{
		SessionStarted, PersonJoined, PersonLeft, SessionEnded, RecapReady, RecapMissing, RecordingReady,
	}
}

// Event is something that happened, once. Its ids are those of the API; AppID, MeetingID
// and SessionID have been checked with Safe. MeetingID is empty if the API gave none that
// is safe. All times are UTC.
type Event struct {
	Version   int       `json:"version"`
	ID        string    `json:"id"` // the same however often, and from wherever, the event is learnt of
	Type      Type      `json:"type"`
	At        time.Time `json:"at"` // when it happened
	AppID     string    `json:"app_id"`
	MeetingID string    `json:"meeting_id"`
	SessionID string    `json:"session_id"`

	Attendance        *Attendance `json:"attendance,omitempty"`         // of SessionEnded
	AttendanceUnknown string      `json:"attendance_unknown,omitempty"` // of SessionEnded: why there is no Attendance
	Recap             *Recap      `json:"recap,omitempty"`              // of RecapReady and RecapMissing
	Recording         *Recording  `json:"recording,omitempty"`          // of RecordingReady
	Person            *Person     `json:"person,omitempty"`             // of PersonJoined and PersonLeft
}

// Attendance is who came to a session. The rules are those of docs/attendance.md.
type Attendance struct {
	StartedAt     *time.Time `json:"started_at,omitempty"`
	EndedAt       *time.Time `json:"ended_at,omitempty"`
	Minutes       int        `json:"minutes"`
	Invited       int        `json:"invited"`
	Attended      int        `json:"attended"`
	AbsentCount   int        `json:"absent_count"`
	LateCount     int        `json:"late_count"`
	GuestCount    int        `json:"guest_count"`
	LeftEarly     int        `json:"left_early_count"`
	Later         int        `json:"added_later_count"`
	LeftOut       int        `json:"left_out_by_preset"`
	Absent        []Who      `json:"absent"`
	Late          []Who      `json:"late"`
	Guests        []Who      `json:"guests"`
	JustInTime    bool       `json:"just_in_time,omitempty"`
	RosterUnknown bool       `json:"roster_unknown,omitempty"`
	Notes         []string   `json:"notes,omitempty"`
	People        []Attendee `json:"people,omitempty"`
}

// Who names somebody by ids alone.
type Who struct {
	ID       string `json:"id,omitempty"`
	CustomID string `json:"custom_id,omitempty"`
}

// Attendee is all that is known of somebody who was there or was invited. Name,
// CustomID and Preset are text from strangers, cleaned.
type Attendee struct {
	Who
	Name      string     `json:"name,omitempty"`
	Preset    string     `json:"preset,omitempty"`
	Status    Status     `json:"status"`
	JoinedAt  *time.Time `json:"joined_at,omitempty"`
	LeftAt    *time.Time `json:"left_at,omitempty"`
	Minutes   int        `json:"minutes,omitempty"`
	Late      int        `json:"late_minutes,omitempty"`
	LeftEarly int        `json:"left_early_minutes,omitempty"`
	Joins     int        `json:"joins,omitempty"`
}

// Status is what somebody was to a session.
type Status string

// The statuses of attendees.
const (
	Attended Status = "attended"
	Absent   Status = "absent"
	Guest    Status = "guest" // came, and is not on the roster
)

// Recap says which texts of a session there are. It never holds one of them.
type Recap struct {
	Texts   []Text   `json:"texts"`
	Missing []string `json:"missing,omitempty"`
}

// Text is one text of a session: its summary, transcript or chat.
type Text struct {
	Part      string     `json:"part"`
	KeptUntil *time.Time `json:"kept_until,omitempty"`
}

// Recording is one that can be downloaded. Its link is a secret, which list_recordings shows.
type Recording struct {
	ID             string     `json:"id"`
	StartedAt      *time.Time `json:"started_at,omitempty"`
	Seconds        int        `json:"seconds,omitempty"`
	AvailableUntil *time.Time `json:"available_until,omitempty"`
}

// Person is somebody who came or went.
type Person struct {
	Who
	JoinedAt time.Time  `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at,omitempty"`
	Guest    bool       `json:"guest,omitempty"`
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

// Safe reports whether an id has 1 to 64 ASCII letters, digits and hyphens alone, so that
// it can stand in a path, a variable or a header.
func Safe(id string) bool {
	if len(id) < 1 || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' {
			return false
		}
	}
	return true
}
