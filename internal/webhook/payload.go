package webhook

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mcp-realtimekit/mcp-realtimekit/client"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/event"
)

// errOther means an event of a kind that is of no interest here.
var errOther = errors.New("an event of another kind")

var kinds = []string{
	MeetingStarted,
	MeetingEnded,
	ParticipantJoined,
	ParticipantLeft,
	ChatSynced,
	Transcript,
	Summary,
	RecordingStatus,
}

// Kinds returns the kinds of hints, which are the events to register for.
func Kinds() []string { return slices.Clone(kinds) }

// payload has of an event what is read of it. Most events hold a meeting; a synced chat
// has its ids at the top, and a recording within itself.
type payload struct {
	Event     string `json:"event"`
	MeetingID string `json:"meetingId"`
	SessionID string `json:"sessionId"`
	Meeting   struct {
		ID        string `json:"id"`
		SessionID string `json:"sessionId"`
	} `json:"meeting"`
	Recording struct {
		ID          string `json:"id"`
		RecordingID string `json:"recordingId"`
		MeetingID   string `json:"meetingId"`
		RoomUUID    string `json:"roomUUID"` // the session
	} `json:"recording"`
}

// parse reads the ids of an event. It returns errOther for kinds that are of no interest,
// and any other error for what is not as documented.
func parse(body []byte) (Hint, error) {
	var kind struct {
		Event string `json:"event"`
	}
	if err := json.Unmarshal(body, &kind); err != nil {
		return Hint{}, errors.New("it is not the JSON of an event")
	}
	switch {
	case kind.Event == "":
		return Hint{}, errors.New("it does not name its event")
	case !slices.Contains(kinds, kind.Event):
		return Hint{}, errOther
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return Hint{}, errors.New("its ids are not texts")
	}
	return p.hint()
}

func (p payload) hint() (Hint, error) {
	h := Hint{
		Kind:      p.Event,
		MeetingID: cmp.Or(p.Meeting.ID, p.MeetingID),
		SessionID: cmp.Or(p.Meeting.SessionID, p.SessionID),
	}
	if p.Event == RecordingStatus {
		h.MeetingID = cmp.Or(p.Recording.MeetingID, h.MeetingID)
		h.SessionID = cmp.Or(p.Recording.RoomUUID, h.SessionID)
		h.RecordingID = cmp.Or(p.Recording.RecordingID, p.Recording.ID)
	}
	for _, id := range []struct {
		field, value string
		required     bool
	}{
		{"session_id", h.SessionID, true},
		{"meeting_id", h.MeetingID, false},
		{"recording_id", h.RecordingID, false},
	} {
		if id.value == "" && !id.required {
			continue
		}
		if err := client.CheckID(id.field, id.value); err != nil || !event.Safe(id.value) {
			return Hint{}, fmt.Errorf("its %s is none", id.field)
		}
	}
	return h, nil
}
