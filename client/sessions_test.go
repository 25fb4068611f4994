package client

import (
	"fmt"
	"testing"

	"github.com/cloudflare/cloudflare-go/v7/realtime_kit"
)

func TestSessionGaps(t *testing.T) {
	const start, end, other = "2026-03-02T09:00:00Z", "2026-03-02T10:00:00.5Z", "2026-03-02T08:00:00Z"
	for _, tc := range []struct {
		in   realtime_kit.SessionGetSessionsResponseDataSession
		want string
	}{
		{realtime_kit.SessionGetSessionsResponseDataSession{Status: "ENDED", StartedAt: start, EndedAt: end}, "09:00 10:00"},
		{realtime_kit.SessionGetSessionsResponseDataSession{Status: "LIVE", StartedAt: start}, "09:00 -"},
		{realtime_kit.SessionGetSessionsResponseDataSession{Status: "ENDED", StartedAt: start, UpdatedAt: end}, "09:00 10:00"},
		{realtime_kit.SessionGetSessionsResponseDataSession{Status: "ENDED", CreatedAt: start, EndedAt: "soon", UpdatedAt: other}, "09:00 09:00"},
		{realtime_kit.SessionGetSessionsResponseDataSession{Status: "ENDED", StartedAt: start}, "09:00 09:00"},
	} {
		s := sessionOf(tc.in)
		ended := "-"
		if !s.EndedAt.IsZero() {
			ended = s.EndedAt.Format("15:04")
		}
		if got := s.StartedAt.Format("15:04") + " " + ended; got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.in, got, tc.want)
		}
	}
}

func TestRoomIDs(t *testing.T) {
	got := roomIDs([]any{map[string]any{"id": "a-1"}, "b-2", map[string]any{"id": "../x"}, map[string]any{}, 5.0, nil, map[string]any{"id": 7.0}})
	if fmt.Sprint(got) != "[a-1 b-2]" {
		t.Errorf("%v", got)
	}
	if roomIDs(nil) == nil {
		t.Error("no rooms are an answer too")
	}
}
