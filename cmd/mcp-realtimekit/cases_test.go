package main

import (
	"encoding/json"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

const (
	caseMeeting = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
	caseSession = "0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"
)

// unmarshal decodes a case, or a part of one.
func unmarshal[T any](t testing.TB, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The same session is read from the details as documented now and before.
func TestCaseSessionDetails(t *testing.T) {
	for _, name := range []string{"session-details-current.json", "session-details-older.json"} {
		t.Run(name, func(t *testing.T) {
			api := scripted.Start(t)
			api.JSON("/sessions/"+caseSession, scripted.Case(t, name))
			api.JSON("/sessions/"+caseSession+"/participants", scripted.Case(t, "session-participants-paging-in-data.json"))
			api.List("/meetings/"+caseMeeting+"/participants", "", nil)
			var got struct {
				MeetingID string `json:"meeting_id"`
				Guests    int    `json:"guests"`
			}
			start(t, api.Environment()).call("get_meeting_attendance", args{"session_id": caseSession}).into(t, &got)
			if got.MeetingID != caseMeeting || got.Guests != 3 {
				t.Errorf("%+v", got)
			}
		})
	}
}
