package tools

import (
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// scope holds the arguments that say in which app a tool works.
type scope struct {
	AppID     string `json:"app_id,omitempty" jsonschema:"maxLength=64,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,example=023e105f4ecef8ad9ca31a8372d0c353"`
}

// sessionChoice holds the arguments that say of what a tool looks at sessions.
type sessionChoice struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid"`
	Query     string `json:"query,omitempty" jsonschema:"maxLength=200,example=design review"`
	SessionID string `json:"session_id,omitempty" jsonschema:"format=uuid"`
}

func (c sessionChoice) within(after, before *time.Time) which.Query {
	return which.Query{
		MeetingID: c.MeetingID, Title: c.Query, SessionID: c.SessionID, After: after, Before: before,
	}
}
