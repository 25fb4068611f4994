package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/tidwall/gjson"
)

// listOf makes one request for a page of people, which is what a call spends its
// time on, and reads its rows as gjson finds them: the SDK's own decoding takes
// five times as long. rows is the path of the list, row reads one of it. A
// field that is missing, null or of another type costs no page.
func listOf[T any](ctx context.Context, c *Client, what, rows string, row func(gjson.Result) T, send func(context.Context, ...option.RequestOption) error) (Page[T], error) {
	return call(ctx, c, what, func(ctx context.Context, o ...option.RequestOption) (Page[T], error) {
		var res *http.Response
		if err := send(ctx, append(o, option.WithResponseBodyInto(&res))...); err != nil {
			return Page[T]{}, err
		}
		defer func() { _ = res.Body.Close() }() // all that matters was read
		body, err := readBody(res)
		if err != nil {
			return Page[T]{}, err
		}
		return pageOf(body, rows, row)
	})
}

// objectOf makes one request for one thing and reads its data; read reports
// whether data holds it.
func objectOf[T any](ctx context.Context, c *Client, what string, read func(gjson.Result) (T, bool), send func(context.Context, ...option.RequestOption) error) (T, error) {
	return call(ctx, c, what, func(ctx context.Context, o ...option.RequestOption) (T, error) {
		var zero T
		var res *http.Response
		if err := send(ctx, append(o, option.WithResponseBodyInto(&res))...); err != nil {
			return zero, err
		}
		defer func() { _ = res.Body.Close() }() // all that matters was read
		body, err := readBody(res)
		if err != nil {
			return zero, err
		}
		if !valid(body) {
			return zero, errNotJSON
		}
		v, ok := read(gjson.GetBytes(body, "data"))
		if !ok {
			return zero, fmt.Errorf("data is not %s", what)
		}
		return v, nil
	})
}

// maxRows bounds the room made for rows that an answer only claims to have.
const maxRows = 1000

var errNotJSON = errors.New("not JSON")

func pageOf[T any](body []byte, rows string, row func(gjson.Result) T) (Page[T], error) {
	if !valid(body) {
		return Page[T]{}, errNotJSON
	}
	all := gjson.Parse(unsafe.String(unsafe.SliceData(body), len(body))) // nobody changes body, and what is kept of it are copies
	list, paging := all.Get(rows), all.Get("paging")
	page := Page[T]{Items: []T{}, Total: int(paging.Get("total_count").Num), Start: int(paging.Get("start_offset").Num), End: int(paging.Get("end_offset").Num)}
	if list.Type == gjson.Null {
		return page, nil
	}
	if n := page.End - page.Start + 1; page.Start > 0 && n > 0 && n <= maxRows {
		page.Items = make([]T, 0, n)
	}
	fits := list.IsArray()
	list.ForEach(func(_, r gjson.Result) bool {
		fits = fits && (r.IsObject() || r.Type == gjson.Null)
		page.Items = append(page.Items, row(r))
		return fits
	})
	if !fits {
		return Page[T]{}, fmt.Errorf("%s is not a list of objects", rows)
	}
	return page, nil
}

// valid reports whether body is JSON. gjson's check is the fast one, but its
// stack grows with each level, so that what may be deep is left to the standard
// library, which refuses more than 10,000.
func valid(body []byte) bool {
	if bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) > 10_000 {
		return json.Valid(body)
	}
	return gjson.ValidBytes(body)
}

// participantOf reads realtime_kit.MeetingGetMeetingParticipantsResponseData.
func participantOf(row gjson.Result) (p Participant) {
	row.ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "id":
			p.ID = text(v)
		case "name":
			p.Name = text(v)
		case "picture":
			p.Picture = text(v)
		case "custom_participant_id":
			p.CustomID = text(v)
		case "preset_name":
			p.Preset = text(v)
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
			p.ID = text(v)
		case "user_id":
			p.UserID = text(v)
		case "custom_participant_id":
			p.CustomID = text(v)
		case "display_name":
			p.Name = text(v)
		case "preset_name":
			p.Preset = text(v)
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
			s.ID = text(v)
		case "associated_id":
			s.MeetingID = text(v)
		case "meeting_display_name":
			s.Title = text(v)
		case "status":
			s.Status = strings.ToUpper(text(v))
		case "type":
			s.Type = strings.ToLower(text(v))
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
// objects with an id, or of ids. Its results are not nil: none is an answer too.
func roomsOf(list gjson.Result) (sessions, meetings []string) {
	sessions, meetings = []string{}, []string{}
	if !list.IsArray() {
		return sessions, meetings
	}
	list.ForEach(func(_, room gjson.Result) bool {
		id, meeting := room, gjson.Result{}
		if room.IsObject() {
			id, meeting = room.Get("id"), room.Get("associated_id")
		}
		if id := text(id); len(sessions) < maxRooms && CheckID("session_id", id) == nil {
			sessions = append(sessions, id)
		}
		if id := text(meeting); len(meetings) < maxRooms && CheckID("meeting_id", id) == nil {
			meetings = append(meetings, id)
		}
		return len(sessions) < maxRooms
	})
	return sessions, meetings
}
