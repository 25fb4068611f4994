package tools

import (
	"time"

	"github.com/mcp-realtimekit/mcp-realtimekit/internal/when"
	"github.com/mcp-realtimekit/mcp-realtimekit/internal/which"
)

// window holds the arguments that name a time.
type window struct {
	On   string `json:"on,omitempty" jsonschema:"maxLength=60,example=yesterday"`
	From string `json:"from,omitempty" jsonschema:"maxLength=60,example=2026-11-16"`
	To   string `json:"to,omitempty" jsonschema:"maxLength=60,example=2026-11-22"`
}

func (w window) read(now time.Time, zone *time.Location) (when.Window, error) {
	return when.ReadWindow(w.On, w.From, w.To, now, zone)
}

// paging holds the arguments that say which rows are shown.
type paging struct {
	Limit  int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=500,default=50"`
	Offset int `json:"offset,omitempty" jsonschema:"minimum=0,maximum=1000000"`
}

// place holds the arguments that say where to look, and in which zone.
type place struct {
	Timezone string `json:"timezone,omitempty" jsonschema:"maxLength=64,example=Europe/Berlin"`
	App      string `json:"app,omitempty" jsonschema:"maxLength=100,example=2ae3ce9b-0fd6-4a5f-a1ee-1d9fe5a9a5c1"`
}

func (p place) where() which.Place { return which.Place{App: p.App} }

// oldNames are those that arguments had before.
func oldNames() map[string]string {
	return map[string]string{
		"query":           "meeting",
		"meeting_id":      "meeting",
		"session_id":      "session",
		"started_after":   "from",
		"started_before":  "to",
		"response_format": "format",
		"app_id":          "app",
	}
}

func oldNamesWith(more map[string]string) map[string]string {
	names := oldNames()
	for old, now := range more {
		if now == "" {
			delete(names, old)
		} else {
			names[old] = now
		}
	}
	return names
}
