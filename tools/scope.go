package tools

import (
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// scope holds the arguments that say in which app a tool works.
type scope struct {
	AppID     string `json:"app_id,omitempty" jsonschema:"maxLength=64,description=RealtimeKit app id (list_apps); needed only if there are several and none is configured,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
	AccountID string `json:"account_id,omitempty" jsonschema:"maxLength=32,description=Cloudflare account id; needed only if there are several and none is configured,example=023e105f4ecef8ad9ca31a8372d0c353"`
}

// sessionChoice holds the arguments that say of what a tool looks at sessions.
type sessionChoice struct {
	MeetingID string `json:"meeting_id,omitempty" jsonschema:"format=uuid,description=The meeting's id (a URL that holds it is accepted); or give query or session_id,example=497f6eca-6276-4993-bfeb-53cbbbba6f08"`
	Query     string `json:"query,omitempty" jsonschema:"maxLength=200,description=Part of the meeting's title instead of its id,example=design review"`
	SessionID string `json:"session_id,omitempty" jsonschema:"format=uuid,description=One session instead of the latest,example=0f0a4a52-5b8c-4c7e-9d4b-7a8f3c6f1d20"`
}

func (c sessionChoice) within(after, before *time.Time) which.Query {
	return which.Query{
		MeetingID: c.MeetingID, Title: c.Query, SessionID: c.SessionID, After: after, Before: before,
	}
}
