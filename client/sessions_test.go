package client

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestSessionGaps(t *testing.T) {
	for in, want := range map[string]string{
		`{"status":"ENDED","started_at":"@09:00:00Z","ended_at":"@10:00:00.5Z"}`:                         "09:00 10:00",
		`{"status":"LIVE","started_at":"@09:00:00Z"}`:                                                    "09:00 -",
		`{"status":"ENDED","started_at":"@09:00:00Z","updated_at":"@10:00:00.5Z"}`:                       "09:00 10:00",
		`{"status":"ENDED","created_at":"@09:00:00Z","ended_at":"soon","updated_at":"@08:00:00Z"}`:       "09:00 -",
		`{"status":"ENDED","started_at":"@09:00:00Z"}`:                                                   "09:00 -",
		`{"status":"ENDED","started_at":"@09:00:00Z","ended_at":"@08:00:00Z","updated_at":"@09:30:00Z"}`: "09:00 09:30",
		`{"status":"LIVE","started_at":"@09:00:00Z","updated_at":"@09:30:00Z"}`:                          "09:00 -",
	} {
		s := sessionOf(gjson.Parse(strings.ReplaceAll(in, "@", "2026-03-02T")))
		ended := "-"
		if !s.EndedAt.IsZero() {
			ended = s.EndedAt.Format("15:04")
		}
		if got := s.StartedAt.Format("15:04") + " " + ended; got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestRooms(t *testing.T) {
	for in, want := range map[string]string{
		`[{"id":"a-1","associated_id":"m-1"},"b-2",{"id":"../x"},{},5,null,{"id":7}]`: "[a-1 b-2 5 7] [m-1] 2",
		`null`: "[] [] 0", ``: "[] [] 0", `{}`: "[] [] 0", `"a"`: "[] [] 1", `[]`: "[] [] 0", `{"r":{"id":"a"}}`: "[] [] 1",
		`{"sessions":[{"id":"a"}]}`: "[a] [] 0", `[{"session_id":"a"},"a",{"associated_id":"m"}]`: "[a] [m] 1",
		"[" + strings.Repeat(`"a",`, 99) + `"b"]`: "[a b] [] 0",
	} {
		sessions, meetings, left := roomsOf(gjson.Parse(in))
		if got := fmt.Sprint(sessions, meetings, left); got != want || sessions == nil {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
