package main

import (
	"bytes"
	"testing"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/scripted"
)

// TestOldMeetings has a session of an old meeting, whose associated_id is a room
// name, of which no roster can be had.
func TestOldMeetings(t *testing.T) {
	t.Parallel()
	api := scripted.Start(t)
	api.JSON("/sessions/"+caseSession,
		bytes.ReplaceAll(scripted.Case(t, "session-details-current.json"), []byte(caseMeeting), []byte("abcdef-ghijkl")))
	api.JSON(peersPath, scripted.Case(t, "session-participants-paging-in-data.json"))
	for _, tool := range []string{"get_meeting_attendance", "list_session_participants", "get_session_recap"} {
		if r := start(t, api.Environment()).call(tool, args{"session_id": caseSession}); r.IsError {
			t.Errorf("%s: %s", tool, r.text())
		}
	}
}
