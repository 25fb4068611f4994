package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
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

// text is a value as text. It is a copy, for gjson's would keep the whole page alive.
func text(v gjson.Result) string { return strings.Clone(v.String()) }

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
			p.CreatedAt = moment(v.Str)
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
			p.JoinedAt = moment(v.Str)
		case "left_at":
			p.LeftAt = moment(v.Str)
		case "duration":
			p.Minutes = v.Num
		}
		return true
	})
	return p
}
