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
	Version   int       `json:"version" jsonschema_description:"Of the form of events"`
	ID        string    `json:"id" jsonschema_description:"The same however often the event is delivered: drop repeats by it"`
	Type      Type      `json:"type" jsonschema_description:"What happened"`
	At        time.Time `json:"at" jsonschema_description:"When it happened or, of a recap, was noticed; UTC"`
	AppID     string    `json:"app_id" jsonschema_description:"The app"`
	MeetingID string    `json:"meeting_id" jsonschema_description:"The meeting; empty if the API gave no id of letters, digits and hyphens"`
	SessionID string    `json:"session_id" jsonschema_description:"The session"`

	Attendance        *Attendance `json:"attendance,omitempty" jsonschema_description:"Who came"`
	AttendanceUnknown string      `json:"attendance_unknown,omitempty" jsonschema_description:"Why who came is not known; not that nobody did"`
	Recap             *Recap      `json:"recap,omitempty" jsonschema_description:"Which texts there are; get_session_recap reads them"`
	Recording         *Recording  `json:"recording,omitempty" jsonschema_description:"The recording; list_recordings gives its link"`
	Person            *Person     `json:"person,omitempty" jsonschema_description:"Who came or went"`
}

// Attendance is who came to a session. The rules are those of docs/attendance.md.
type Attendance struct {
	StartedAt     *time.Time `json:"started_at,omitempty" jsonschema_description:"When the session began"`
	EndedAt       *time.Time `json:"ended_at,omitempty" jsonschema_description:"When the last one left"`
	Minutes       int        `json:"minutes" jsonschema_description:"From begin to end; 0 if unknown"`
	Invited       int        `json:"invited" jsonschema_description:"On the roster in time"`
	Attended      int        `json:"attended" jsonschema_description:"On the roster, and came"`
	AbsentCount   int        `json:"absent_count" jsonschema_description:"On the roster, and did not come"`
	LateCount     int        `json:"late_count" jsonschema_description:"Came late, guests included"`
	GuestCount    int        `json:"guest_count" jsonschema_description:"Came, and are not on the roster"`
	LeftEarly     int        `json:"left_early_count" jsonschema_description:"Left early, guests included"`
	Later         int        `json:"added_later_count" jsonschema_description:"Were added to the roster after the session"`
	LeftOut       int        `json:"left_out_by_preset" jsonschema_description:"Not counted, as --leave-out-presets says"`
	Absent        []Who      `json:"absent" jsonschema_description:"Who did not come"`
	Late          []Who      `json:"late" jsonschema_description:"Who came late"`
	Guests        []Who      `json:"guests" jsonschema_description:"Who came without being on the roster"`
	JustInTime    bool       `json:"just_in_time,omitempty" jsonschema_description:"The roster tells who is known, not who was expected"`
	RosterUnknown bool       `json:"roster_unknown,omitempty" jsonschema_description:"There is none: all count as guests, nobody as absent"`
	Notes         []string   `json:"notes,omitempty" jsonschema_description:"Sentences on what limits this"`
	People        []Attendee `json:"people,omitempty" jsonschema_description:"Everybody, with --people"`
}

// Who names somebody by ids alone.
type Who struct {
	ID       string `json:"id,omitempty" jsonschema_description:"That of the roster or, of a guest, the user id"`
	CustomID string `json:"custom_id,omitempty" jsonschema_description:"Your own id of them; text from outside, cleaned"`
}

// Attendee is all that is known of somebody who was there or was invited. Name,
// CustomID and Preset are text from strangers, cleaned.
type Attendee struct {
	Who
	Name      string     `json:"name,omitempty" jsonschema_description:"Text from a stranger, cleaned"`
	Preset    string     `json:"preset,omitempty" jsonschema_description:"Their role"`
	Status    Status     `json:"status" jsonschema:"enum=attended,enum=absent,enum=guest" jsonschema_description:"What they were"`
	JoinedAt  *time.Time `json:"joined_at,omitempty" jsonschema_description:"First"`
	LeftAt    *time.Time `json:"left_at,omitempty" jsonschema_description:"Last"`
	Minutes   int        `json:"minutes,omitempty" jsonschema_description:"Present"`
	Late      int        `json:"late_minutes,omitempty" jsonschema_description:"By how much they came late"`
	LeftEarly int        `json:"left_early_minutes,omitempty" jsonschema_description:"By how much they left early"`
	Joins     int        `json:"joins,omitempty" jsonschema_description:"Joinings: devices and reconnects"`
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
	Texts   []Text   `json:"texts" jsonschema_description:"Those that there are"`
	Missing []string `json:"missing,omitempty" jsonschema_description:"Those that the meeting's switches ask for and that are not there"`
}

// Text is one text of a session: its summary, transcript or chat.
type Text struct {
	Part      string     `json:"part" jsonschema:"enum=summary,enum=transcript,enum=chat" jsonschema_description:"Which text"`
	KeptUntil *time.Time `json:"kept_until,omitempty" jsonschema_description:"When RealtimeKit removes it; without, it is kept"`
}

// Recording is one that can be downloaded. Its link is a secret, which list_recordings shows.
type Recording struct {
	ID             string     `json:"id" jsonschema_description:"The recording's"`
	StartedAt      *time.Time `json:"started_at,omitempty" jsonschema_description:"When it began"`
	Seconds        int        `json:"seconds,omitempty" jsonschema_description:"Its length"`
	AvailableUntil *time.Time `json:"available_until,omitempty" jsonschema_description:"When its links end"`
}

// Person is somebody who came or went.
type Person struct {
	Who
	JoinedAt time.Time  `json:"joined_at" jsonschema_description:"When they came"`
	LeftAt   *time.Time `json:"left_at,omitempty" jsonschema_description:"When they left; of person.left alone"`
	Guest    bool       `json:"guest,omitempty" jsonschema_description:"Not on the roster"`
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
