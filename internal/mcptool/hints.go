package mcptool

import "github.com/invopop/jsonschema"

// meantBy are the arguments that models mean by names that no tool has.
var meantBy = map[string][]string{
	"name": {"person", "meeting", "search"}, "title": {"meeting", "search"}, "meeting_name": {"meeting"},
	"meeting_title": {"meeting"}, "query": {"search", "person", "meeting"}, "text": {"search"},
	"id": {"meeting", "session"}, "user": {"person"}, "participant": {"person"}, "attendee": {"person"},
	"status": {"show", "status"}, "filter": {"show"}, "since": {"from"}, "after": {"from"}, "start": {"from"},
	"start_time": {"from"}, "start_date": {"from"}, "date": {"on", "from"}, "day": {"on", "from"},
	"until": {"to"}, "before": {"to"}, "end": {"to"}, "end_time": {"to"}, "end_date": {"to"}, "time": {"at", "on"},
	"tz": {"timezone"}, "time_zone": {"timezone"}, "max_results": {"limit"}, "count": {"limit"},
	"page": {"page_no", "offset"}, "page_size": {"per_page", "limit"}, "skip": {"offset"}, "role": {"preset"},
	"week": {"on", "from"}, "q": {"search", "meeting"}, "detailed": {"details", "format"},
}

// whenceID says how to come by the value of an argument that is an id, or what to
// give in its place.
func whenceID(schema *jsonschema.Schema, name string) string {
	switch name {
	case "sessions":
		if p, _ := schema.Properties.Get(name); p.Type == "integer" {
			return `; for more give "from", such as "2026-01-01", which reads all since then, up to 25`
		}
	case "session", "session_id":
		return "; list_sessions gives it"
	case "meeting_id":
		return "; find_meetings gives the id of a title"
	}
	return ""
}
