package client

import (
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// participantOf reads realtime_kit.MeetingGetMeetingParticipantsResponseData.
func participantOf(row gjson.Result) (p Participant) {
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			p.ID = textOf(v)
		case "name":
			p.Name = textOf(v)
		case "picture":
			p.Picture = textOf(v)
		case "custom_participant_id":
			p.CustomID = textOf(v)
		case "preset_name":
			p.Preset = textOf(v)
		case "created_at":
			p.CreatedAt = instant(v)
		}
		return true
	})
	return p
}

// peerOf reads realtime_kit.SessionGetSessionParticipantsResponseDataParticipant.
func peerOf(row gjson.Result) (p Peer) {
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			p.ID = textOf(v)
		case "user_id":
			p.UserID = textOf(v)
		case "custom_participant_id":
			p.CustomID = textOf(v)
		case "display_name":
			p.Name = textOf(v)
		case "preset_name":
			p.Preset = textOf(v)
		case "joined_at":
			p.JoinedAt = instant(v)
		case "left_at":
			p.LeftAt = instant(v)
		case "duration":
			p.Minutes = minutes(v)
		case "peer_events":
			p.Events = eventsOf(v)
		}
		return true
	})
	return p
}

// eventsOf reads the joinings and leavings among a peer's events.
func eventsOf(list gjson.Result) (events []PeerEvent) {
	if !list.IsArray() {
		return nil
	}
	list.ForEach(func(_, e gjson.Result) bool {
		name := e.Get("event_name").Str
		at := instant(e.Get("created_at"))
		if leaving := name == "PEER_LEAVING"; (leaving || name == "PEER_JOINING") && !at.IsZero() {
			events = append(events, PeerEvent{at, leaving})
		}
		return true
	})
	slices.SortStableFunc(events, func(a, b PeerEvent) int { return a.At.Compare(b.At) })
	return events
}

// sessionOf reads realtime_kit.SessionGetSessionsResponseDataSession without its
// breakout rooms.
func sessionOf(row gjson.Result) (s Session) {
	var created, updated time.Time
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			s.ID = textOf(v)
		case "associated_id":
			s.MeetingID = textOf(v)
		case "meeting_display_name":
			s.Title = textOf(v)
		case "status":
			s.Status = strings.ToUpper(textOf(v))
		case "type":
			s.Type = strings.ToLower(textOf(v))
		case "started_at":
			s.StartedAt = instant(v)
		case "ended_at":
			s.EndedAt = instant(v)
		case "created_at":
			created = instant(v)
		case "updated_at":
			updated = instant(v)
		case "live_participants":
			s.LiveParticipants = count(v)
		case "max_concurrent_participants":
			s.MaxConcurrent = count(v)
		case "minutes_consumed":
			s.MinutesConsumed = minutes(v)
		}
		return true
	})
	s.fillGaps(created, updated)
	return s
}

// roomsOf reads what the API's schema leaves open: a list of sessions, of other
// objects with an id, or of ids. Its lists are not nil: none is an answer too.
// What is left are rooms without an id, and those beyond maxRooms.
func roomsOf(list gjson.Result) (sessions, meetings []string, left int) {
	sessions, meetings = []string{}, []string{}
	if list.IsObject() && list.Get("sessions").IsArray() {
		list = list.Get("sessions")
	}
	if !list.IsArray() {
		if list.Exists() && list.Type != gjson.Null && list.Type != gjson.False && !emptyObject(list) {
			left = 1 // there is something, of which nothing can be read
		}
		return sessions, meetings, left
	}
	list.ForEach(func(_, room gjson.Result) bool {
		id, meeting := room, gjson.Result{}
		if room.IsObject() {
			id, meeting = room.Get("id"), room.Get("associated_id")
			if !id.Exists() {
				id = room.Get("session_id")
			}
		}
		session, of := textOf(id), textOf(meeting)
		switch {
		case room.Type == gjson.Null, slices.Contains(sessions, session):
		case CheckID("session_id", session) != nil, len(sessions) == maxRooms:
			left++
		default:
			sessions = append(sessions, session)
		}
		if len(meetings) < maxRooms && CheckID("meeting_id", of) == nil && !slices.Contains(meetings, of) {
			meetings = append(meetings, of)
		}
		return left < MaxRows
	})
	return sessions, meetings, left
}

func emptyObject(v gjson.Result) bool { return strings.Join(strings.Fields(v.Raw), "") == "{}" }

func appOf(row gjson.Result) App {
	return App{ID: textOf(row.Get("id")), Name: textOf(row.Get("name")), CreatedAt: instant(row.Get("created_at"))}
}

func accountOf(row gjson.Result) Account {
	return Account{ID: textOf(row.Get("id")), Name: textOf(row.Get("name"))}
}

// meetingOf reads realtime_kit.MeetingGetMeetingByIDResponseData.
func meetingOf(row gjson.Result) (m Meeting) {
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			m.ID = textOf(v)
		case "title":
			m.Title = textOf(v)
		case "status":
			m.Status = strings.ToUpper(textOf(v))
		case "created_at":
			m.CreatedAt = instant(v)
		case "updated_at":
			m.UpdatedAt = instant(v)
		case "record_on_start":
			m.RecordOnStart = on(v)
		case "live_stream_on_start":
			m.LiveStreamOnStart = on(v)
		case "persist_chat":
			m.PersistChat = on(v)
		case "summarize_on_end":
			m.SummarizeOnEnd = on(v)
		case "transcribe_on_end":
			m.TranscribeOnEnd = on(v)
		case "session_keep_alive_time_in_secs":
			m.KeepAlive = seconds(v)
		}
		return true
	})
	return m
}

func (p *Participant) rowID() string { return p.ID }
func (p *Peer) rowID() string        { return p.ID }
func (s *Session) rowID() string     { return s.ID }
func (m *Meeting) rowID() string     { return m.ID }
func (a *App) rowID() string         { return a.ID }
func (a *Account) rowID() string     { return a.ID }
